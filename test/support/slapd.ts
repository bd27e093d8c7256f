// A directory server of a test's own: Debian's slapd with its own configuration, certificates and data, on free ports.
// Its people are in `PEOPLE` below; groups keep memberOf up to date, as Active Directory does.

import { createServer, connect } from "node:net";
import { run, searchPath, startProcess } from "./process.ts";
import { makeTemporaryDirectory } from "./temporary.ts";

export const BASE = "dc=example,dc=com";
export const SERVICE = { dn: `cn=berth,ou=services,${BASE}`, password: "service-password" };
const ADMIN = { dn: `cn=admin,${BASE}`, password: "admin-password" };

/** Everybody's password is this, unless said otherwise below. */
export const PASSWORD = "correct horse";

const PEOPLE = `
dn: ${BASE}
objectClass: organization
objectClass: dcObject
dc: example
o: Example

dn: ou=services,${BASE}
objectClass: organizationalUnit
ou: services

dn: ${SERVICE.dn}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: berth
userPassword: ${SERVICE.password}

dn: ou=people,${BASE}
objectClass: organizationalUnit
ou: people

dn: ou=other,${BASE}
objectClass: organizationalUnit
ou: other

dn: ou=groups,${BASE}
objectClass: organizationalUnit
ou: groups

${person("uid=alice", "alice", "Alice Example", "alice@example.com")}
${person("uid=bob", "bob", "Bob Example", "bob@example.com")}
${person("cn=jürgen \\2B müller\\, sales", "jürgen", "jürgen + müller, sales", "juergen@example.com")}
${person("uid=star*(x)", "star*(x)", "Star", "star@example.com")}
${person("cn=twin one", "twin", "twin one", "twin1@example.com")}
${person("cn=twin two", "twin", "twin two", "twin2@example.com")}
dn: uid=plain,ou=people,${BASE}
objectClass: account
uid: plain

dn: cn=developers,ou=groups,${BASE}
objectClass: groupOfNames
cn: developers
member: uid=alice,ou=people,${BASE}
member: uid=bob,ou=people,${BASE}

dn: cn=r&d \\2B (ops)\\, all,ou=groups,${BASE}
objectClass: groupOfNames
cn: r&d + (ops), all
member: uid=alice,ou=people,${BASE}
member: cn=jürgen \\2B müller\\, sales,ou=people,${BASE}

dn: cn=developers,ou=other,${BASE}
objectClass: groupOfNames
cn: developers
member: uid=bob,ou=people,${BASE}
member: uid=alice,ou=people,${BASE}

dn: cn=unix,ou=groups,${BASE}
objectClass: posixGroup
cn: unix
gidNumber: 1000
memberUid: alice
memberUid: star*(x)
`;

export interface SlapdOptions {
  /** What the certificate is for; null leaves TLS out altogether. */
  names?: string | null;
  /** More lines of the database's configuration. */
  settings?: readonly string[];
  /** Whether nobody, unbound, may search. */
  isOpen?: boolean;
  /** How many entries one search may find; slapd's own default is 500. */
  sizeLimit?: number;
}

export interface Slapd {
  ldapUrl: string;
  ldapsUrl: string;
  port: number;
  pid: number;
  /** File of the authority that signed the server's certificate. */
  ca: string;
  /** Adds, changes or removes what the LDIF says (entries without changetype are added). */
  change(ldif: string): Promise<void>;
  /** SIGSTOP and SIGCONT: alive, and silent. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** An entry below ou=people, or `unit`. */
export function person(rdn: string, uid: string, cn: string, mail: string, unit = "people"): string {
  return `dn: ${rdn},ou=${unit},${BASE}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${cn}
sn: Example
mail: ${mail}
userPassword: ${PASSWORD}
`;
}

export async function startSlapd(options: SlapdOptions = {}): Promise<Slapd> {
  const { names = "IP:127.0.0.1,DNS:localhost", settings = [], isOpen = false, sizeLimit = 10_000 } = options;
  const directory = await makeTemporaryDirectory("slapd");
  try {
    await run(["mkdir", directory.join("data")]);
    const ca = directory.join("ca.crt");
    if (names !== null) await makeCertificates(directory.join(), names);
    const port = await findFreePort();
    const tlsPort = await findFreePort();
    const tls = names === null ? [] : ["CertificateFile server.crt", "CertificateKeyFile server.key"];
    const lines = [
      ...["core", "cosine", "inetorgperson", "nis"].map((it) => `include /etc/ldap/schema/${it}.schema`),
      "modulepath /usr/lib/ldap",
      "moduleload back_mdb",
      "moduleload memberof",
      `pidfile ${directory.join("slapd.pid")}`,
      `argsfile ${directory.join("slapd.args")}`,
      ...tls.map((line) => `TLS${line.replace(" ", ` ${directory.join()}/`)}`),
      "database mdb",
      `suffix "${BASE}"`,
      `rootdn "${ADMIN.dn}"`,
      `rootpw ${ADMIN.password}`,
      `directory ${directory.join("data")}`,
      // The tests look at what is stored, not at what a power loss would leave of it.
      "dbnosync",
      "maxsize 134217728",
      `sizelimit ${sizeLimit}`,
      "index objectClass,uid,member,memberUid eq",
      ...settings,
      "access to attrs=userPassword by anonymous auth by * none",
      `access to * by dn.exact="${SERVICE.dn}" read by self read by * ${isOpen ? "read" : "none"}`,
      "overlay memberof",
    ];
    await Bun.write(directory.join("slapd.conf"), `${lines.join("\n")}\n`);
    const [ldapUrl, ldapsUrl] = [`ldap://127.0.0.1:${port}`, `ldaps://127.0.0.1:${tlsPort}`];
    const server = await startProcess({
      name: "slapd",
      command: [
        program("slapd"),
        // Stays in the foreground.
        ..."-d none".split(" "),
        "-f",
        directory.join("slapd.conf"),
        "-h",
        names === null ? ldapUrl : `${ldapUrl} ${ldapsUrl}`,
      ],
      ready: () => isListening(port),
    });
    const change = async (ldif: string) => {
      const account = ["-x", "-D", ADMIN.dn, "-w", ADMIN.password, "-H", ldapUrl];
      await run([program("ldapmodify"), "-a", "-M", ...account], { input: ldif });
    };
    const end = async (how: () => Promise<unknown>) => {
      await how();
      await directory.remove();
    };
    try {
      await change(PEOPLE);
    } catch (error) {
      await server.kill();
      throw error;
    }
    return {
      ldapUrl,
      ldapsUrl,
      port,
      pid: server.pid,
      ca,
      change,
      freeze: () => void process.kill(server.pid, "SIGSTOP"),
      thaw: () => void process.kill(server.pid, "SIGCONT"),
      kill: () => server.kill(),
      stop: () => end(() => server.stop()),
    };
  } catch (error) {
    await directory.remove();
    throw error;
  }
}

/** `ca.crt`, and `server.crt` with `server.key`, which it signed for `names`. */
export async function makeCertificates(directory: string, names: string): Promise<void> {
  const at = (name: string) => `${directory}/${name}`;
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes".split(" ");
  const own = ["openssl", "req", "-x509", ...key, "-days", "30"];
  await run([...own, "-subj", "/CN=Test CA", "-keyout", at("ca.key"), "-out", at("ca.crt")]);
  const signed = ["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-addext", `subjectAltName=${names}`];
  const leaf = ["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", at("server.key"), "-out", at("server.crt")];
  await run([...own, "-subj", "/CN=directory", ...signed, ...leaf]);
}

function program(name: string): string {
  const found = Bun.which(name, { PATH: searchPath() });
  if (found === null) throw new Error(`${name} is not installed`);
  return found;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("no port"));
      });
    });
  });
}
