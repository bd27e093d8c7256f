// Values for the parameters of statements on sources of identities: groups, linked identities, trust rules.

export const SAMPLES: Record<string, unknown> = {
  audience: "berth",
  conditions: '{"sub":"repo:acme/*"}',
  groupName: "developers",
  groups: '["developers","operators"]',
  place: "Firefox Linux 192.0.2",
  issuer: "https://issuer.example",
  ruleId: 1,
  ruleName: "ci",
  teamId: 1,
};

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  listTeamsOfGroups: { source: "ldap:corp" },
  listTeamsOfSource: { source: "ldap:corp" },
  insertSourcedTeamMember: { source: "ldap:corp" },
  deleteSourcedTeamMember: { source: "ldap:corp" },
  deleteSourcedTeamMembers: { source: "ldap:corp" },
  insertSourcedMember: { source: "ldap:corp" },
  handMembersOver: { source: "ldap:corp" },
  deleteTeamlessMembers: { source: "ldap:corp" },
  deleteOldSignInPlaces: { before: 1, keep: 100 },
  listSealedTotps: { after: 0 },
  insertTeamGroup: { source: "ldap:corp" },
  deleteTeamGroup: { source: "ldap:corp" },
};
