/** Which version of a machine is newer: by numbers, so that 1.10.0 comes after 1.9.0. */

/** Negative when `a` is older than `b`. Parts are compared as numbers where both are, else as text; a prerelease is older. */
export function compareVersions(a: string, b: string): number {
  const [mainA = "", preA = null] = splitPrerelease(a);
  const [mainB = "", preB = null] = splitPrerelease(b);
  const byMain = compareParts(mainA, mainB);
  if (byMain !== 0) return byMain;
  if (preA === null || preB === null) {
    return Number(preA === null) - Number(preB === null) || compareText(a, b);
  }
  return compareParts(preA, preB) || compareText(a, b);
}

/** `1.2.0-rc.1+build` → [`1.2.0`, `rc.1`]; the build says nothing about age. */
function splitPrerelease(version: string): readonly [string, string | null] {
  const [withoutBuild = ""] = version.split("+", 1);
  const dash = withoutBuild.indexOf("-");
  return dash < 0 ? [withoutBuild, null] : [withoutBuild.slice(0, dash), withoutBuild.slice(dash + 1)];
}

function compareParts(a: string, b: string): number {
  const partsA = a.split(".");
  const partsB = b.split(".");
  for (let i = 0; i < Math.max(partsA.length, partsB.length); i++) {
    const partA = partsA[i] ?? "0";
    const partB = partsB[i] ?? "0";
    const isNumberA = /^\d{1,15}$/.test(partA);
    const isNumberB = /^\d{1,15}$/.test(partB);
    const order = isNumberA && isNumberB
      ? Number(partA) - Number(partB)
      : isNumberA !== isNumberB
      ? (isNumberA ? -1 : 1)
      : compareText(partA, partB);
    if (order !== 0) return order;
  }
  return 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
