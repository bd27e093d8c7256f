// Values for the parameters of statements on namespaces, members, teams, grants, invitations and robots.

export const SAMPLES: Record<string, unknown> = {
  afterSource: "",
  createdBy: "ada",
  createsOnPush: 1,
  description: "",
  grantAccount: 1,
  grantId: 1,
  grantPattern: null,
  grantRepository: null,
  grantRole: "read",
  grantTeam: null,
  groupName: "engineers",
  groupSource: "ldap:corp",
  growth: 1,
  inviteAccount: null,
  inviteHash: "b".repeat(64),
  inviteNamespace: 1,
  inviteTeam: null,
  invitationId: 1,
  isVerifiedPublisher: 1,
  maxLength: 255,
  membersRole: null,
  namespaceName: "acme",
  onPattern: "",
  onRepository: 0,
  robotName: "acme.ci",
  robotRepository: null,
  teamId: 1,
  teamName: "qa",
  to: "acme",
  visibility: "private",
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  // One that no other statement's rows need.
  setNamespaceName: { namespaceId: 99 },
  giveNamespace: { namespaceId: 99 },
  deleteNamespace: { namespaceId: 99 },
  setAccountName: { accountId: 99 },
  renameRepositoriesOf: { namespaceId: 99 },
  renameGrantPatterns: { namespaceId: 99 },
};
