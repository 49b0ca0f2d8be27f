/** Rows for a person's eyes: columns as wide as their widest cell. */

const CELL_LENGTH_MAX = 60;

/** Header and rows as lines; `emptyText` stands for a table without rows. */
export function tableOf(
  header: readonly string[],
  rows: readonly (readonly unknown[])[],
  emptyText: string,
): string {
  if (rows.length === 0) return emptyText;
  const lines = [header, ...rows.map((row) => row.map(cellOf))];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd())
    .join("\n");
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  const text = (typeof value === "string" ? value : JSON.stringify(value)).replaceAll(/\p{Cc}/gu, " ");
  return text.length > CELL_LENGTH_MAX ? `${text.slice(0, CELL_LENGTH_MAX - 1)}…` : text;
}
