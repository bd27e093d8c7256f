/**
 * What people are written: plain text, one link, how long it holds, and what to do when they did not ask for it.
 *
 * Names and browsers come from others. They are put on one line and cut; what a browser says of itself, which is any
 * text at all, loses what would make it a link: a message of this server's must not carry somebody else's.
 */

export type Message = { subject: string; text: string };

type Common = {
  /** Where people reach this server. From the configuration, never from a request: who asks for a reset must not choose where its link leads. */
  instanceUrl: string;
};

type Linked = Common & {
  /** The page that finishes it, with its token; below `instanceUrl`. */
  link: string;
  validForMs: number;
};

const MAX_NAME_LENGTH = 64;
const MAX_CLIENT_LENGTH = 160;
const MAX_HOST_LENGTH = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const UNPRINTABLE = /[\p{C}\p{Z}]+/gu;
/** What mail programs turn into links: an address's scheme, and dots and at-signs between letters. */
const LINK_PARTS = /:\/\/|@|(?<=[\p{L}\p{N}])\.(?=\p{L})/gu;

/** Whoever reads it owns the address. */
export function verificationMessage(values: Linked & { login: string }): Message {
  const { host, link, validity, login } = prepare(values);
  return {
    subject: `Confirm your e-mail address for ${host}`,
    text: compose(
      `The account ${login} on ${host} was given this e-mail address.`,
      "To confirm that it is yours, open this page:",
      link,
      `${validity} Until then the account goes without an address.`,
      "If this was not you, do nothing: the address is not used without your confirmation.",
      values.instanceUrl,
    ),
  };
}

export function passwordResetMessage(values: Linked & { login: string }): Message {
  const { host, link, validity, login } = prepare(values);
  return {
    subject: `Reset your password for ${host}`,
    text: compose(
      `Somebody asked for a new password for the account ${login} on ${host}.`,
      "To choose one, open this page:",
      link,
      `${validity} It works once.`,
      "If this was not you, do nothing: your password stays as it is. Do not pass this message on; whoever opens the page can take the account over.",
      values.instanceUrl,
    ),
  };
}

/** `inviter` is the login of who invites. */
export function invitationMessage(values: Linked & { organization: string; inviter: string }): Message {
  const { host, link, validity } = prepare(values);
  const organization = oneLine(values.organization, MAX_NAME_LENGTH);
  const inviter = oneLine(values.inviter, MAX_NAME_LENGTH);
  return {
    subject: `Invitation to ${organization} on ${host}`,
    text: compose(
      `${inviter} invites you to join the organisation ${organization} on ${host}.`,
      "To accept, open this page; sign in there, or make an account:",
      link,
      validity,
      "If this was not meant for you, or you do not know who sent it, do nothing: without your consent you are not a member.",
      values.instanceUrl,
    ),
  };
}

export type SignIn = Common & {
  login: string;
  /** When, in ms since 1970. */
  at: number;
  /** From which address. */
  address: string;
  /** With which browser or program, as it says itself. */
  client: string;
};

/** For a sign-in from where there was none before. There is no link to click: it says where to go. */
export function signInMessage({ instanceUrl, login, at, address, client }: SignIn): Message {
  const host = hostOf(instanceUrl);
  return {
    subject: `New sign-in to your account on ${host}`,
    text: compose(
      `Somebody signed in to the account ${oneLine(login, MAX_NAME_LENGTH)} on ${host} from where you have not before.`,
      [
        `Time:    ${formatTime(at)}`,
        `Address: ${oneLine(address, MAX_NAME_LENGTH)}`,
        `With:    ${oneLine(client.slice(0, MAX_CLIENT_LENGTH * 4).replace(LINK_PARTS, " "), MAX_CLIENT_LENGTH)}`,
      ].join("\n"),
      "If this was you, there is nothing to do.",
      "If this was not you, sign in at once, change your password, which ends all sessions, and revoke tokens that you do not know:",
      instanceUrl,
    ),
  };
}

function prepare(values: Linked & { login?: string }): { host: string; link: string; validity: string; login: string } {
  const { instanceUrl, link, validForMs, login = "" } = values;
  if (new URL(link).origin !== new URL(instanceUrl).origin) throw new TypeError("a message links to another server");
  return {
    host: hostOf(instanceUrl),
    // The parser's own form holds no spaces or line breaks.
    link: new URL(link).href,
    validity: `The link is valid for ${formatDuration(validForMs)}.`,
    login: oneLine(login, MAX_NAME_LENGTH),
  };
}

function compose(...paragraphs: string[]): string {
  return `${paragraphs.join("\n\n")}\n`;
}

function hostOf(url: string): string {
  return oneLine(new URL(url).host, MAX_HOST_LENGTH);
}

function oneLine(text: string, maxLength: number): string {
  const line = text
    .slice(0, maxLength * 4)
    .replace(UNPRINTABLE, " ")
    .trim();
  if (line.length <= maxLength) return line;
  // The second replacement takes half of a character that was cut in two.
  return `${line
    .slice(0, maxLength - 1)
    .replace(UNPRINTABLE, " ")
    .trimEnd()}…`;
}

/** Rounded down: nobody is promised more time than there is. */
function formatDuration(durationMs: number): string {
  const units = [
    ["day", DAY_MS],
    ["hour", HOUR_MS],
    ["minute", MINUTE_MS],
  ] as const;
  // From two of a unit on; before that the smaller one says more.
  const [name, unitMs] = units.find(([, unitMs]) => durationMs >= 2 * unitMs) ?? (["minute", MINUTE_MS] as const);
  const count = Math.max(1, Math.floor(durationMs / unitMs));
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

function formatTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
