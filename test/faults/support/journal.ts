// What the clients of a test asked for and what was acknowledged to them. An acknowledgement counts once it is in this
// file and the file is synced: what then is missing from the registry was lost by it, not forgotten by us.
//
// Each thing that can be read back is a register: a blob in a repository and a manifest by digest (there or not), a tag
// (a digest or nothing). Of operations that overlapped, or were never answered, either outcome is right.

import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";

export type Kind = "blob" | "manifest" | "tag";

/** Null: not there. For a blob or manifest the value is its own digest. */
export type Value = string | null;

export interface Change {
  kind: Kind;
  repository: string;
  /** A digest, or a tag. */
  name: string;
  value: Value;
}

interface Operation {
  value: Value;
  begunAt: number;
  /** Infinity while it is not known whether it happened. */
  endedAt: number;
  acknowledged: boolean;
}

export interface Register {
  kind: Kind;
  repository: string;
  name: string;
  operations: Operation[];
  /** Touched since it was last checked. */
  changed: boolean;
}

/** What a read of a register may give. */
export interface Expected extends Pick<Register, "kind" | "repository" | "name"> {
  allowed: Set<Value>;
}

export interface Attempt {
  /** All its changes are acknowledged: written and synced before this returns. */
  acknowledge(): void;
  /** The registry said that nothing of it happened. */
  refuse(): void;
}

export class Journal {
  readonly #file: number;
  readonly #registers = new Map<string, Register>();
  #clock = 0;
  /** Acknowledged attempts. */
  acknowledged = 0;
  /** Set while nobody could have received an answer, as when the power is gone: what comes then is left open. */
  isDeaf = false;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  get registers(): Iterable<Register> {
    return this.#registers.values();
  }

  /** Before the request is sent. */
  begin(changes: readonly Change[]): Attempt {
    const begunAt = this.#tick();
    const made = changes.map((change) => {
      const operation: Operation = { value: change.value, begunAt, endedAt: Infinity, acknowledged: false };
      const register = this.#register(change);
      register.operations.push(operation);
      register.changed = true;
      return { register, operation };
    });
    this.#write({ at: begunAt, begin: changes });
    return {
      acknowledge: () => {
        if (this.isDeaf) return;
        this.#write({ at: begunAt, acknowledged: true });
        fsyncSync(this.#file);
        const endedAt = this.#tick();
        for (const { operation } of made) Object.assign(operation, { endedAt, acknowledged: true });
        this.acknowledged += 1;
      },
      refuse: () => {
        this.#write({ at: begunAt, refused: true });
        for (const { register, operation } of made) {
          register.operations = register.operations.filter((it) => it !== operation);
        }
      },
    };
  }

  /** The values that a read after all of this may give. */
  allowed(register: Register): Set<Value> {
    return allowedBetween(register, Infinity, Infinity);
  }

  /** A moment, for `between`: what is acknowledged by now was before it, what begins from now on is after it. */
  now(): number {
    return this.#tick();
  }

  /** What a copy that was made at some moment from `from` to `to` must say of everything that was ever asked for. */
  between(from: number, to: number): Expected[] {
    return [...this.registers].map(({ kind, repository, name, operations }) => ({
      kind,
      repository,
      name,
      allowed: allowedBetween({ operations }, from, to),
    }));
  }

  /** After the end of the server and of all clients: what was read now is what happened, for good. */
  settle(register: Register, value: Value): void {
    const at = this.#tick();
    register.operations = [{ value, begunAt: at, endedAt: at, acknowledged: true }];
    register.changed = false;
  }

  close(): void {
    closeSync(this.#file);
  }

  #register({ kind, repository, name }: Change): Register {
    const key = `${kind} ${repository} ${name}`;
    let register = this.#registers.get(key);
    if (!register) {
      register = { kind, repository, name, operations: [], changed: true };
      this.#registers.set(key, register);
    }
    return register;
  }

  #tick(): number {
    this.#clock += 1;
    return this.#clock;
  }

  #write(entry: object): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
  }
}

function allowedBetween({ operations }: Pick<Register, "operations">, from: number, to: number): Set<Value> {
  const ended = operations.filter((it) => it.acknowledged && it.endedAt < from);
  const lastBegin = Math.max(-1, ...ended.map((it) => it.begunAt));
  const possible = operations.filter((it) => it.endedAt >= lastBegin && it.begunAt < to);
  const values = possible.map((it) => it.value);
  if (lastBegin < 0) values.push(null);
  return new Set(values);
}
