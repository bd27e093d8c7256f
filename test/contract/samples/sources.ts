// Values for the parameters of statements on sources of identities: groups, linked identities, trust rules.

export const SAMPLES: Record<string, unknown> = {
  audience: "berth",
  conditions: '{"sub":"repo:acme/*"}',
  groupName: "developers",
  groups: '["developers","operators"]',
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
  insertTeamGroup: { source: "ldap:corp" },
  deleteTeamGroup: { source: "ldap:corp" },
};
