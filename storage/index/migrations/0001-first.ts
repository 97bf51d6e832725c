import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const statements = [
  `create table users (
    id text primary key, email text not null, email_key text not null unique, name text not null,
    password_hash text not null, role text not null, disabled integer not null default 0, created_at integer not null
  ) strict, without rowid`,
  `create table sessions (
    id text primary key, user text not null references users (id), agent text not null, address text not null,
    created_at integer not null, last_seen_at integer not null, ended_at integer
  ) strict, without rowid`,
  'create index sessions_by_user on sessions (user, last_seen_at)',
  `create table refresh_tokens (
    hash text primary key, session text not null references sessions (id) on delete cascade,
    generation integer not null, used_at integer
  ) strict, without rowid`,
  'create index refresh_tokens_by_session on refresh_tokens (session, generation)',
  `create table spaces (
    id text primary key, kind text not null, owner text references users (id), name text not null,
    name_key text not null unique, root text not null, quota integer, used integer not null default 0,
    reserved integer not null default 0, seq integer not null default 0, pruned_seq integer not null default 0,
    created_at integer not null,
    check (used >= 0 and reserved >= 0)
  ) strict, without rowid`,
  'create index spaces_by_owner on spaces (owner)',
  `create table entries (
    id text primary key, space text not null references spaces (id), parent text, kind integer not null,
    name text not null, name_key text not null, sort_key text not null, size integer not null, type text, digest text,
    version text, children integer not null default 0, history_from integer not null default 0,
    modified_at integer not null, created_at integer not null, created_by text, changed_by text, seq integer not null
  ) strict, without rowid`,
  'create unique index entries_by_key on entries (parent, name_key)',
  'create index entries_by_name on entries (parent, kind, sort_key, name)',
  'create index entries_by_size on entries (parent, kind, size)',
  'create index entries_by_modified on entries (parent, kind, modified_at)',
  `create table contents (
    id text primary key, size integer not null, chunks integer not null, digest text not null, created_at integer not null
  ) strict, without rowid`,
  `create table versions (
    id text primary key, entry text not null references entries (id) on delete cascade, number integer not null,
    content text not null references contents (id), size integer not null, type text not null, digest text not null,
    modified_at integer not null, created_at integer not null, created_by text
  ) strict, without rowid`,
  'create unique index versions_by_entry on versions (entry, number)',
  'create index versions_by_content on versions (content)',
  `create table content_chunks (
    content text not null, idx integer not null, hash blob not null, size integer not null, start integer not null,
    stored integer not null, primary key (content, idx)
  ) strict, without rowid`,
  'create index content_chunks_by_hash on content_chunks (hash)',
  'create table orphans (content text primary key) strict, without rowid',
  `create table chunks (
    hash blob primary key, size integer not null, segment integer not null, offset integer not null,
    length integer not null, damaged integer not null default 0, stored_at integer not null
  ) strict, without rowid`,
  'create index chunks_by_place on chunks (segment, offset, length)',
  `create table uploads (
    id text primary key, user text not null references users (id), space text not null references spaces (id),
    folder text not null, content text not null references contents (id), name text not null, size integer not null,
    modified_at integer not null, on_clash text not null, declared_bytes integer not null default 0,
    declared_chunks integer not null default 0, stored_bytes integer not null default 0,
    stored_chunks integer not null default 0, digest text not null, created_at integer not null,
    touched_at integer not null, expires_at integer not null, answer text
  ) strict, without rowid`,
  'create index uploads_by_user on uploads (user, created_at)',
  'create index uploads_by_folder on uploads (folder)',
  'create index uploads_by_content on uploads (content)',
  'create index uploads_by_expiry on uploads (expires_at)',
  `create table grants (
    entry text not null references entries (id) on delete cascade, subject text not null, level integer not null,
    granted_at integer not null, granted_by text, primary key (entry, subject)
  ) strict, without rowid`,
  'create index grants_by_subject on grants (subject)',
  `create table changes (
    space text not null, seq integer not null, folder text not null, entry text not null, kind text not null,
    by text, at integer not null, primary key (space, seq)
  ) strict, without rowid`,
  'create index changes_by_folder on changes (folder, seq)',
  `create table requests (
    user text not null, request_id text not null, op text not null, args_hash text not null, answer text not null,
    at integer not null, primary key (user, request_id)
  ) strict, without rowid`,
  'create index requests_by_time on requests (at)',
  'create table settings (key text primary key, value text not null) strict, without rowid',
]

export const first: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
