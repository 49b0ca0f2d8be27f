/** Plane geometry of boxes and arrows. Sizes are CSS pixels, y grows downwards. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

/** How far from an edge a point still counts as on it. */
const NEAR = 1;

/** Moves a point on the edge of the area straight inwards until it meets the shape drawn in that area. */
export function pointOnOutline(
  point: Point,
  area: Area,
  shape: "rectangle" | "ellipse" | "diamond",
): Point {
  if (shape === "rectangle") return point;
  const { x, y, width, height } = area;
  const isUpright = Math.abs(point.y - y) < NEAR || Math.abs(point.y - y - height) < NEAR;
  const across = isUpright ? (point.x - x) / width : (point.y - y) / height;
  const depth = (isUpright ? height : width) * insetAt(Math.min(1, Math.abs(2 * across - 1)), shape);
  if (isUpright) return { x: point.x, y: point.y + (point.y < y + height / 2 ? depth : -depth) };
  return { x: point.x + (point.x < x + width / 2 ? depth : -depth), y: point.y };
}

/** Part of the depth between edge and shape, at a distance of 0 (middle) to 1 (corner). */
function insetAt(distance: number, shape: "ellipse" | "diamond"): number {
  return shape === "diamond" ? distance / 2 : (1 - Math.sqrt(1 - distance * distance)) / 2;
}

/** Where a path of straight segments, each along one axis, first meets the border of an area; null = nowhere. */
export function pointOnBorder(path: readonly Point[], area: Area): Point | null {
  for (const [index, to] of path.slice(1).entries()) {
    const from = path[index] ?? to;
    if (isInside(from, area) === isInside(to, area)) continue;
    const right = area.x + area.width;
    const bottom = area.y + area.height;
    if (Math.abs(from.x - to.x) < NEAR) {
      return { x: from.x, y: isBetween(area.y, from.y, to.y) ? area.y : bottom };
    }
    return { x: isBetween(area.x, from.x, to.x) ? area.x : right, y: from.y };
  }
  return null;
}

function isInside({ x, y }: Point, area: Area): boolean {
  return x > area.x && x < area.x + area.width && y > area.y && y < area.y + area.height;
}

function isBetween(value: number, one: number, other: number): boolean {
  return Math.min(one, other) <= value && value <= Math.max(one, other);
}
