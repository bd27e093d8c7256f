/**
 * Takes from this process what reading an archive does not need, before it reads the first byte: it can write no file,
 * open few and use so much processor time, gains no rights, and ends with its parent also where it was stopped. The parent watches its memory and the clock. Where
 * the C library is another one the parent's limits, and those inside the readers, are what is left.
 */
import { dlopen, FFIType, ptr } from "bun:ffi";
import { setPriority } from "node:os";

const RLIMIT_CPU = 0;
const RLIMIT_FSIZE = 1;
const RLIMIT_CORE = 4;
const RLIMIT_NOFILE = 7;
const MAX_OPEN_FILES = 64n;
const PR_SET_PDEATHSIG = 1;
const PR_SET_NO_NEW_PRIVS = 38;
const SIGKILL = 9;
const LIBRARIES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];
const LOWEST_PRIORITY = 19;

export function confine({ cpuSeconds, isBackground }: { cpuSeconds: number; isBackground: boolean }): void {
  if (isBackground) ignoreFailure(() => setPriority(LOWEST_PRIORITY));
  if (process.platform !== "linux") return;
  const limits: [number, bigint][] = [
    [RLIMIT_CORE, 0n],
    [RLIMIT_FSIZE, 0n],
    [RLIMIT_NOFILE, MAX_OPEN_FILES],
    [RLIMIT_CPU, BigInt(Math.ceil(cpuSeconds))],
  ];
  for (const library of LIBRARIES) {
    const isSet = ignoreFailure(() => {
      const { symbols } = dlopen(library, {
        setrlimit: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
        prctl: { args: [FFIType.i32, FFIType.u64, FFIType.u64, FFIType.u64, FFIType.u64], returns: FFIType.i32 },
      });
      symbols.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
      symbols.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      for (const [resource, value] of limits) symbols.setrlimit(resource, ptr(new BigUint64Array([value, value])));
    });
    if (isSet) return;
  }
}

function ignoreFailure(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
