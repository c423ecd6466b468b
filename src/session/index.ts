/** `barewire/session`: sessions of visitors, and where they are kept. Read `types.ts` first, then `manager.ts`. */
export { type SessionConfig, type SessionManager, sessionManager } from './manager.ts'
export { type MemoryStore, type MemoryStoreConfig, memoryStore } from './memory-store.ts'
export {
  type Attributes,
  type Changes,
  merged,
  packed,
  type SessionRecord,
  type SessionStore,
  type Terms,
  unpacked,
  type Written,
} from './store.ts'
export type { Session, SessionValue, Visit } from './types.ts'
