/** Processor time that a process has used, with all its threads and the processes it started. */

/** Of `/proc`, in hundredths of a second. */
const TICK_MS = 10;

/** Milliseconds; null = this system does not tell. */
export async function cpuTimeMs(pid: number): Promise<number | null> {
  try {
    const pids = [pid, ...(await childrenOf(pid))];
    const times = await Promise.all(pids.map(async (one) => {
      const text = await Deno.readTextFile(`/proc/${one}/stat`).catch(() => "");
      // Behind the name, which may hold blanks: state is the first, user and system time are 12th and 13th.
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
    }));
    return times.reduce((sum, time) => sum + time, 0);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  return text.split(" ").filter((one) => one !== "").map(Number);
}
