/** Whom a pull without an account is counted for: an IPv4 address, or an IPv6 network of 64 bits, which is one customer's. */

/** `192.0.2.1`, or `2001:db8:1:2::/64`; text that is no address stands for itself, shortened. */
export function sourceOfAddress(address: string): string {
  if (!address.includes(":")) return address.slice(0, 64);
  const groups = parseIpv6(address);
  if (groups === null) return address.slice(0, 64);
  const isMapped = groups.slice(0, 5).every((it) => it === 0) && groups[5] === 0xffff;
  if (isMapped) {
    const [high = 0, low = 0] = groups.slice(6);
    return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  }
  const network = groups.slice(0, 4).map((it) => it.toString(16));
  while (network.at(-1) === "0") network.pop();
  return `${network.join(":")}::/64`;
}

/** Eight groups, or null. A zone (`%eth0`) is left aside. */
function parseIpv6(address: string): number[] | null {
  const [plain = ""] = address.split("%");
  const halves = plain.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(parseGroups);
  if (!head || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? head : null;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? null : [...head, ...Array<number>(missing).fill(0), ...tail];
}

function parseGroups(text: string): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  for (const part of text.split(":")) {
    const dotted = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(part)?.slice(1).map(Number);
    if (dotted) groups.push(dotted[0]! * 256 + dotted[1]!, dotted[2]! * 256 + dotted[3]!);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}
