/** What every platform has that the library runs on, and what the DOM's declarations do not know yet. */
interface RequestInit {
  duplex?: 'half' | undefined
}

declare module '*.css' {}
