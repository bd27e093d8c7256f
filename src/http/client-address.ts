/**
 * Who is asking. Forwarded headers are believed only from the proxies that the configuration names, and then only
 * as far as those wrote them: the rightmost address that is not itself a trusted proxy.
 */
import type { BlockList } from "node:net";
import { net } from "../lib/net.ts";

export type ForwardedInfo = { address: string; isHttps: boolean };

export class TrustedProxies {
  readonly #list: BlockList | null;
  readonly isEmpty: boolean;

  /** Addresses or CIDR blocks. Throws on anything else. */
  constructor(entries: readonly string[]) {
    this.isEmpty = entries.length === 0;
    this.#list = this.isEmpty ? null : new (net().BlockList)();
    for (const entry of entries) {
      const [address = "", prefix] = entry.split("/");
      const family = net().isIP(address);
      if (family === 0) throw new Error(`${entry} is neither an address nor a CIDR block`);
      const type = family === 6 ? "ipv6" : "ipv4";
      if (prefix === undefined) this.#list?.addAddress(address, type);
      else this.#list?.addSubnet(address, Number(prefix), type);
    }
  }

  /** The client's address and whether it spoke TLS, as the nearest trusted proxy saw them. */
  resolve(peer: string, headers: Headers, isTls: boolean): ForwardedInfo {
    if (this.isEmpty || !this.#trusts(peer)) return { address: peer, isHttps: isTls };
    const hops = (headers.get("x-forwarded-for") ?? "").split(",").map((it) => it.trim());
    let address = peer;
    for (const hop of hops.reverse()) {
      if (net().isIP(hop) === 0) break;
      address = hop;
      if (!this.#trusts(hop)) break;
    }
    const proto = headers.get("x-forwarded-proto")?.split(",").at(-1)?.trim().toLowerCase();
    return { address, isHttps: proto === undefined ? isTls : proto === "https" };
  }

  #trusts(address: string): boolean {
    const plain = unmapped(address);
    return this.#list !== null && this.#list.check(plain, net().isIP(plain) === 6 ? "ipv6" : "ipv4");
  }
}

/** An IPv4 peer of an IPv6 socket, without its prefix. */
export function unmapped(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

const HOST = /^(?:[a-z0-9_](?:[a-z0-9_.-]{0,253})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Whether a Host header is one name or address with at most a port. */
export function isValidHost(host: string): boolean {
  return HOST.test(host);
}

const LOOPBACK = /^(?:localhost|(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Whether a Host header names this machine itself, so that no other site's name was made to point here (DNS rebinding). */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Whether an address to listen on is this machine's own alone. */
export function isLoopbackAddress(address: string): boolean {
  return isLoopbackHost(address.includes(":") ? `[${address}]` : address);
}
