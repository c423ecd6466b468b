/** One line of the benchmark table: the same work done by us and by a peer, in turn, in one run. */
export interface BenchRow {
  /** `layer/what`, for example `tls/bulk-receive`. */
  readonly bench: string
  readonly unit: string
  readonly peer: string
  /** The ratio that the project asks of itself; printed, never a pass or fail. */
  readonly goal: number
  /** `less` for costs (seconds per GB): the ratio is then theirs / ours. */
  readonly better: 'more' | 'less'
  readonly rounds?: number
  /** One measurement each, in `unit`. Called in turn. */
  ours(): Promise<number>
  theirs(): Promise<number>
  /** What else was seen on the way, for the reader: shown beside the row. */
  beside?(): string
  /** Frees what the measurements share (servers, temporary files). */
  close?(): Promise<void>
}
