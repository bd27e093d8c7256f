// A program under measurement: its main server over the loaded data, and short-lived scratch servers over empty
// data directories for the rows that write (so that no row changes the data of another, and the disk does not fill).
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LimitName, PeerName } from "./names.ts";
import type { Server } from "./process.ts";

export type StartOptions = { dataDirectory: string; htpasswdFile?: string };

export type ScratchOptions = {
  htpasswdFile?: string;
  /** What a server is started and stopped for before: `push` what makes its files, then `fill` them while it is down. */
  prepare?: { push: (server: Server) => Promise<void>; fill: (dataDirectory: string) => void };
};

export type Program = {
  name: PeerName | LimitName;
  start: (options: StartOptions) => Promise<Server>;
};

export class Peer {
  readonly name: PeerName | LimitName;
  readonly #program: Program;
  readonly #directory: string;
  readonly dataDirectory: string;
  readonly #scratch = new Set<Server>();
  #server: Server | null = null;

  constructor(program: Program, directory: string) {
    this.name = program.name;
    this.#program = program;
    this.#directory = directory;
    this.dataDirectory = join(directory, `${program.name.replaceAll(" ", "-")}-data`);
    mkdirSync(this.dataDirectory, { recursive: true });
  }

  get server(): Server {
    if (this.#server === null) throw new Error(`${this.name} is not running`);
    return this.#server;
  }

  async start(): Promise<Server> {
    this.#server = await this.#program.start({ dataDirectory: this.dataDirectory });
    return this.#server;
  }

  async stop(): Promise<void> {
    const servers = [...this.#scratch, ...(this.#server === null ? [] : [this.#server])];
    this.#server = null;
    this.#scratch.clear();
    await Promise.all(servers.map((server) => server.stop()));
  }

  /** Runs `work` on a fresh server over an empty data directory, which is removed afterwards. */
  async withScratchServer<T>(
    work: (server: Server, dataDirectory: string) => Promise<T>,
    { prepare, ...options }: ScratchOptions = {},
  ): Promise<T> {
    const dataDirectory = mkdtempSync(join(this.#directory, "scratch-"));
    const runOnce = async <R>(once: (server: Server, dataDirectory: string) => Promise<R>): Promise<R> => {
      const server = await this.#program.start({ dataDirectory, ...options });
      this.#scratch.add(server);
      try {
        return await once(server, dataDirectory);
      } finally {
        this.#scratch.delete(server);
        await server.stop();
      }
    };
    try {
      if (prepare !== undefined) {
        await runOnce(prepare.push);
        prepare.fill(dataDirectory);
      }
      return await runOnce(work);
    } finally {
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  }
}
