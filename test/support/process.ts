// Programs that tests run: one that ends (`run`) and one that stays (`startProcess`).
// Both collect everything the program says, because a failed end-to-end test is only as good as its output.
// Every program leads its own process group, so that ending it ends what it started too.

const OUTPUT_LIMIT_CHARACTERS = 4_000_000;

export interface RunOptions {
  cwd?: string;
  /** The whole environment; `cleanEnvironment()` unless given. */
  env?: Record<string, string>;
  input?: Uint8Array | string;
  timeoutSeconds?: number;
  /** The exit code that is a success; "any" never fails on it. Default 0. */
  exitCode?: number | "any";
}

export interface RunResult {
  stdout: string;
  stderr: string;
  /** stdout and then stderr. */
  output: string;
  exitCode: number;
}

/** The test's own environment without what would steer the programs under test. */
export function cleanEnvironment(changes: Record<string, string> = {}): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined) continue;
    if (/^(BERTH_|REGISTRY_|DOCKER_|CONTAINERD?S?_|BUILDAH_|(https?|all|no)_proxy$)/i.test(name)) continue;
    environment[name] = value;
  }
  return { ...environment, PATH: searchPath(), LC_ALL: "C.UTF-8", ...changes };
}

/** PATH with the system directories that a user's own may lack. */
export function searchPath(): string {
  return [process.env["PATH"], "/usr/local/sbin", "/usr/sbin", "/sbin"].filter(Boolean).join(":");
}

/** Signals the process group that `pid` leads; a group that has ended already is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Runs a program to its end; throws with all of its output on a wrong exit code or when it takes too long. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const timeoutSeconds = options.timeoutSeconds ?? 60;
  const child = Bun.spawn([...command], {
    env: options.env ?? cleanEnvironment(),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: options.input === undefined ? "ignore" : new Blob([new Uint8Array(Buffer.from(options.input))]),
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    signalGroup(child.pid, "SIGKILL");
  }, timeoutSeconds * 1000);
  try {
    const [stdout, stderr, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    const expected = options.exitCode ?? 0;
    if (late || (expected !== "any" && exitCode !== expected)) {
      const what = late ? `did not end in ${timeoutSeconds} s` : `exited with ${exitCode}, not ${expected}`;
      throw new Error(`${command.join(" ")}\n${what}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`);
    }
    return { stdout, stderr, output: stdout + stderr, exitCode };
  } finally {
    clearTimeout(timer);
  }
}

export interface StartOptions {
  name: string;
  command: readonly string[];
  cwd?: string;
  env?: Record<string, string>;
  /** Asked again and again, at first every 5 ms and later every 50, until it gives something else than null. */
  ready: (logs: string) => Promise<boolean> | boolean;
  readySeconds?: number;
}

export interface StartedProcess {
  pid: number;
  /** Everything that it wrote so far, both streams. */
  logs(): string;
  /** SIGTERM; SIGKILL to the group when it has not ended in time, which is an error. Gives the exit code. */
  stop(timeoutSeconds?: number): Promise<number>;
  /** SIGKILL to the whole group. */
  kill(): Promise<void>;
}

/** Starts a program that stays, and waits until it is ready; throws with its output when it ends or takes too long. */
export async function startProcess(options: StartOptions): Promise<StartedProcess> {
  const child = Bun.spawn([...options.command], {
    env: options.env ?? cleanEnvironment(),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
  });
  let logs = "";
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      logs = (logs + decoder.decode(chunk, { stream: true })).slice(-OUTPUT_LIMIT_CHARACTERS);
    }
  };
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);

  const kill = async () => {
    signalGroup(child.pid, "SIGKILL");
    await child.exited;
  };
  const stop = async (timeoutSeconds = 20) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(child.pid, "SIGTERM");
    const ended = await Promise.race([child.exited, Bun.sleep(timeoutSeconds * 1000).then(() => null)]);
    signalGroup(child.pid, "SIGKILL");
    if (ended === null) throw new Error(`${options.name} did not stop in ${timeoutSeconds} s of SIGTERM\n${logs}`);
    await Promise.race([collected, Bun.sleep(1000)]);
    return ended;
  };

  const readySeconds = options.readySeconds ?? 20;
  const startedAt = performance.now();
  const deadline = startedAt + readySeconds * 1000;
  while (!(await options.ready(logs))) {
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (ended || performance.now() > deadline) {
      const what = ended ? `ended with ${child.exitCode ?? child.signalCode}` : `was not ready in ${readySeconds} s`;
      await kill();
      await Promise.race([collected, Bun.sleep(1000)]);
      throw new Error(`${options.name} ${what}: ${options.command.join(" ")}\n${logs}`);
    }
    await Bun.sleep(Math.min(50, 5 + (performance.now() - startedAt) / 20));
  }
  return { pid: child.pid, logs: () => logs, stop, kill };
}
