/** The tables of an inventory in SQLite. What is in them is only added to: the file itself refuses anything else. */

/** Of `PRAGMA user_version`; a later one is not touched. */
export const INVENTORY_VERSION = 1

export const INVENTORY_TABLES = `
CREATE TABLE certificate (
  number INTEGER PRIMARY KEY,
  serial TEXT NOT NULL UNIQUE,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  names TEXT NOT NULL,
  profile TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  key TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  certificate BLOB,
  revoked_at INTEGER,
  reason TEXT
) STRICT;
CREATE INDEX certificate_of ON certificate (issuer, number);
CREATE TABLE list (issuer TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE log (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  what TEXT NOT NULL,
  serial TEXT NOT NULL,
  by TEXT NOT NULL,
  detail TEXT NOT NULL,
  digest TEXT NOT NULL
) STRICT;
CREATE TRIGGER log_stays BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER log_is_whole BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER certificate_is_kept BEFORE DELETE ON certificate
  BEGIN SELECT RAISE(ABORT, 'serial numbers are kept'); END;
CREATE TRIGGER certificate_stays BEFORE UPDATE ON certificate
  WHEN old.number IS NOT new.number OR old.serial IS NOT new.serial OR old.issuer IS NOT new.issuer
    OR old.certificate IS NOT NULL AND old.certificate IS NOT new.certificate
    OR old.revoked_at IS NOT NULL AND (old.revoked_at IS NOT new.revoked_at OR old.reason IS NOT new.reason)
  BEGIN SELECT RAISE(ABORT, 'what was written stays'); END;
CREATE TRIGGER list_grows BEFORE UPDATE ON list WHEN new.number <= old.number
  BEGIN SELECT RAISE(ABORT, 'numbers of lists grow'); END;
PRAGMA user_version = ${INVENTORY_VERSION};
`
