/** The names of the roles as settings write them. */

export type RoleName = "Viewer" | "Operator" | "Editor" | "Admin";

const ROLE_NAMES: readonly RoleName[] = ["Viewer", "Operator", "Editor", "Admin"];

/** null = no role; `User` is the predecessor's name for an editor. */
export function roleNameOf(role: unknown): RoleName | null {
  if (typeof role !== "string") return null;
  const word = role.trim().toLowerCase();
  return word === "user" ? "Editor" : ROLE_NAMES.find((known) => known.toLowerCase() === word) ?? null;
}
