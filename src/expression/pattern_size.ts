/** How long a pattern becomes when its counted repetitions are written out, told before anything is built. */

const ESCAPE = /\\(?:[pPx]\{[^}]*\}|[\s\S])/uy;
const CLASS = /\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]?/uy;
const GROUP_START = /\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*:?))?/uy;
const COUNT = /\{(\d*)(?:,(\d*))?\}/uy;
const ANY = /[\s\S]/uy;

/** Pieces of `source` with every `{n,m}` written out; approximate, never much too small. */
export function unfoldedSize(source: string): number {
  const groups: { size: number; last: number }[] = [{ size: 0, last: 0 }];
  for (let place = 0; place < source.length;) {
    const group = groups[groups.length - 1];
    if (group === undefined) return Infinity;
    const count = matchAt(COUNT, source, place);
    const start = matchAt(GROUP_START, source, place);
    if (count !== null) {
      repeatLast(group, Math.max(1, Number(count[1] ?? 0), Number(count[2] ?? 0)));
      place += count[0].length;
    } else if (start !== null) {
      groups.push({ size: 0, last: 0 });
      place += start[0].length;
    } else if (source[place] === ")") {
      groups.pop();
      const outer = groups[groups.length - 1];
      if (outer !== undefined) add(outer, group.size + 1);
      place += 1;
    } else {
      const atom = matchAt(ESCAPE, source, place) ?? matchAt(CLASS, source, place) ??
        matchAt(ANY, source, place);
      add(group, 1);
      place += atom?.[0].length ?? 1;
    }
  }
  return groups.reduce((total, group) => total + group.size, 0);
}

function add(group: { size: number; last: number }, size: number): void {
  group.size += size;
  group.last = size;
}

function repeatLast(group: { size: number; last: number }, times: number): void {
  group.size += group.last * (times - 1);
  group.last *= times;
}

function matchAt(pattern: RegExp, source: string, place: number): RegExpExecArray | null {
  pattern.lastIndex = place;
  return pattern.exec(source);
}
