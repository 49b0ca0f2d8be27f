/** Reading fields of stored documents: a field of another kind counts as missing. */
import { isJsonObject, type JsonObject } from "../json.ts";

export function textOf(body: JsonObject, key: string): string {
  return textOrNullOf(body, key) ?? "";
}

export function textOrNullOf(body: JsonObject, key: string): string | null {
  const value = body[key];
  return typeof value === "string" ? value : null;
}

export function textsOf(body: JsonObject, key: string): readonly string[] {
  const value = body[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function numberOf(body: JsonObject, key: string): number {
  return numberOrNullOf(body, key) ?? 0;
}

export function numberOrNullOf(body: JsonObject, key: string): number | null {
  const value = body[key];
  return typeof value === "number" ? value : null;
}

export function flagOf(body: JsonObject, key: string): boolean {
  return body[key] === true;
}

export function objectOf(body: JsonObject, key: string): JsonObject {
  const value = body[key];
  return isJsonObject(value) ? value : {};
}

/** One of the words; the first when it is none of them. */
export function wordOf<Word extends string>(
  body: JsonObject,
  key: string,
  words: readonly [Word, ...(readonly Word[])],
): Word {
  return words.find((word) => word === body[key]) ?? words[0];
}
