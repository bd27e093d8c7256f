/** How the account's menu looks closed. */
import { CircleUserRound } from "lucide-react";

export function accountButton(name: string) {
  return {
    label: `Account of ${name}`,
    buttonClassName: "inline-flex h-9 items-center gap-2 rounded-md px-2 text-sm hover:bg-hover",
    button: (
      <>
        <CircleUserRound size={18} aria-hidden="true" />
        <span className="hidden max-w-32 truncate sm:inline">{name}</span>
      </>
    ),
  };
}
