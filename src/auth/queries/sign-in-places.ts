/** Every statement on the places from which accounts were signed in to. */
import { statement } from "../../database/statement.ts";

/** Of the last sign-in, and of the one from this place, if there were any. */
export const findSignInPlaces = statement<{ accountId: number; place: string }>()((p, { db }) =>
  db
    .selectFrom("accounts")
    .leftJoin("sign_in_places as here", (join) =>
      join.onRef("here.account_id", "=", "accounts.id").on("here.place", "=", p.place),
    )
    .select((eb) => [
      "here.last_at as here_at",
      eb
        .selectFrom("sign_in_places")
        .select((of) => of.fn.max("sign_in_places.last_at").as("last_at"))
        .whereRef("sign_in_places.account_id", "=", "accounts.id")
        .as("last_at"),
    ])
    .where("accounts.id", "=", p.accountId),
);

export const saveSignInPlace = statement<{ accountId: number; place: string; now: number }>()((p, { db }) =>
  db
    .insertInto("sign_in_places")
    .values({ account_id: p.accountId, place: p.place, last_at: p.now })
    .onConflict((conflict) => conflict.columns(["account_id", "place"]).doUpdateSet({ last_at: p.now })),
);

/** All but about the newest `keep`, and those before `before`. */
export const deleteOldSignInPlaces = statement<{ accountId: number; before: number; keep: number }>()((p, { db }) =>
  db
    .deleteFrom("sign_in_places")
    .where("account_id", "=", p.accountId)
    .where((eb) =>
      eb.or([
        eb("last_at", "<", p.before),
        eb(
          "last_at",
          "<=",
          eb
            .selectFrom("sign_in_places as newer")
            .select("newer.last_at")
            .where("newer.account_id", "=", p.accountId)
            .orderBy("newer.last_at", "desc")
            .limit(1)
            .offset(p.keep),
        ),
      ]),
    ),
);
