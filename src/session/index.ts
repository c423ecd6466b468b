/** `barewire/session`: sessions of visitors, and where they are kept. */
export { type SessionConfig, type SessionManager, sessionManager } from './manager.ts'
export { type MemoryStore, memoryStore } from './memory-store.ts'
export type { Session, SessionRecord, SessionStore, SessionValue, Visit } from './types.ts'
