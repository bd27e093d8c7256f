/** Part of the composition root: namespaces, their members, teams, grants, invitations and robots. */
import type { LimitCheck } from "./access/limit-check.ts";
import { Grants } from "./accounts/grants.ts";
import { HandOver } from "./accounts/hand-over.ts";
import { Invitations, type SendInvitation } from "./accounts/invitations.ts";
import { Members } from "./accounts/members.ts";
import { NamespaceBin } from "./accounts/namespace-bin.ts";
import { Namespaces } from "./accounts/namespaces.ts";
import { Robots } from "./accounts/robots.ts";
import { Teams } from "./accounts/teams.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import type { AuthParts } from "./auth-parts.ts";
import type { Config } from "./config.ts";
import type { Database, Queryable } from "./database/database.ts";
import { invitationMessage } from "./mail/messages.ts";
import type { RepositoryName } from "./oci/reference.ts";
import { namespaceNames } from "./repositories/namespace-names.ts";
import type { Repositories } from "./repositories/repositories.ts";

export type NamespaceParts = {
  namespaces: Namespaces;
  namespaceBin: NamespaceBin;
  handOver: HandOver;
  members: Members;
  teams: Teams;
  grants: Grants;
  invitations: Invitations;
  robots: Robots;
};

export type NamespaceOptions = {
  config: Config;
  database: Database;
  repositories: Repositories;
  auth: AuthParts;
  audit: AuditTrail;
  limits: LimitCheck;
};

/** Below the public address; the code stands behind `#`, which browsers send to no server. */
const INVITATION_PAGE = "/invitation";

export function openNamespaces(options: NamespaceOptions): NamespaceParts {
  const { config, database, repositories, auth, audit, limits } = options;
  const { access, accounts, tokens } = auth;
  const findRepository = (on: Queryable, name: RepositoryName) => repositories.find(on, name);
  const { organisationCreation } = config.accounts;
  const common = { database, access, audit };
  const namespaces = new Namespaces({
    ...common,
    accounts,
    repositories,
    repositoryNames: namespaceNames,
    organisationCreation,
  });
  const namespaceBin = new NamespaceBin({ ...common, repositories, repositoryNames: namespaceNames });
  const handOver = new HandOver({ ...common, accounts, repositories });
  const members = new Members({ ...common, accounts, limits });
  const teams = new Teams({ ...common, accounts, members, groupSync: auth.groupSync });
  const grants = new Grants({ ...common, accounts, teams, findRepository });
  const invitations = new Invitations({ ...common, accounts, members, teams, send: senderOf(options) });
  const robots = new Robots({ ...common, tokens, findRepository });
  return {
    namespaces,
    namespaceBin,
    handOver,
    members,
    teams,
    grants,
    invitations,
    robots,
  };
}

/** Null where nothing can be mailed: without a mail server, or without an address that links can lead to. */
function senderOf({ config, auth }: NamespaceOptions): SendInvitation | null {
  const { publicUrl } = config.http;
  if (publicUrl === undefined || !auth.mailer.isConfigured) return null;
  return async ({ to, organization, inviter, code, validForMs }) => {
    const link = new URL(`${INVITATION_PAGE}#${code}`, publicUrl).href;
    const message = invitationMessage({ instanceUrl: publicUrl, link, validForMs, organization, inviter });
    await auth.mailer.send({ to, ...message });
  };
}
