/** What stands in the page that `inspect --html` writes, besides what was captured. */
export interface SheetWords {
  readonly conversations: (count: number) => string
  readonly failed: (count: number) => string
  readonly secretsUsed: (count: number) => string
  readonly fileSize: (bytes: string) => string
  readonly frames: (count: number) => string
  readonly conversation: (id: number) => string
  /** The list of conversations. */
  readonly list: string
  readonly starred: string
  readonly shown: string
  readonly labels: {
    readonly ends: string
    readonly spoken: string
    readonly what: string
    readonly milliseconds: string
    readonly bytes: string
    readonly fields: string
    readonly body: string
    readonly place: string
  }
  readonly direction: { readonly right: string; readonly left: string }
  readonly sealed: string
  readonly lost: string
  readonly again: string
  readonly held: string
  readonly failedCheck: string
  readonly bodyLeftOut: (length: string) => string
  readonly fieldsEnd: (why: string) => string
  readonly moreFields: (count: number) => string
  readonly moreMessages: (count: number) => string
  readonly moreConversations: (count: number) => string
  readonly nothing: string
  readonly damage: string
}
