/** The one rule for entity ids, asked at every door and again when an event is decided. */

const ENTITY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

/** Whether `text` may name an entity: starts with a letter or digit, then letters, digits, `.`, `_`, `-`; at most 255. */
export function isEntityId(text: string): boolean {
  return ENTITY_ID.test(text);
}
