/**
 * Whose word a membership of an organisation is: a person's where the source is empty, else that source's, which may take it
 * away again. Those that a source gave before are known by their time: they were made together with a place in a team.
 */
import { sql, type Kysely } from "kysely";
import type { Dialect } from "../database.ts";

export function membershipSource(dialect: Dialect) {
  const name = dialect === "sqlite" ? sql`text` : sql`text collate "C"`;
  const given = sql`
    from team_members inner join teams on teams.id = team_members.team_id
    where teams.namespace_id = members.namespace_id and team_members.account_id = members.account_id
      and team_members.created_at = members.created_at and team_members.source <> ''`;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        sql`alter table members add column source ${name} not null default ''`,
        sql`update members set source = (select min(team_members.source) ${given}) where role = 'member' and exists (select 1 ${given})`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
