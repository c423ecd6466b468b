/** `barewire/session`: sessions of visitors, and where they are kept. Read `types.ts` first, then `manager.ts`. */
export { type SessionConfig, type SessionManager, sessionManager } from './manager.ts'
export { type MemoryStore, memoryStore } from './memory-store.ts'
export type { Session, SessionRecord, SessionStore, SessionValue, Visit } from './types.ts'
