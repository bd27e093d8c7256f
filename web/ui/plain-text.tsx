/** Text that strangers wrote, in one line: names of files, labels, commands. Nothing in it is hidden, and none of it acts. */
import { hasUnseen, visibleParts } from "./visible-text.ts";

/** It keeps to itself: letters that run the other way turn nothing around it. */
export function PlainText({ text }: { text: string }) {
  return <bdi className="whitespace-pre-wrap">{hasUnseen(text) ? visibleParts(text).map(show) : text}</bdi>;
}

/** As PlainText, with its line breaks and tabs as they are. */
export function PlainLines({ text }: { text: string }) {
  if (!hasUnseen(text)) return text;
  return visibleParts(text).map((part) => (part.text === "\n" || part.text === "\t" ? part.text : show(part)));
}

function show({ at, text, code }: ReturnType<typeof visibleParts>[number]) {
  if (code === null) return text;
  return (
    <span
      key={at}
      title="A character that is not seen"
      className="mx-px rounded-sm bg-warn-tint px-0.5 text-[0.85em] text-warn"
    >
      {code}
    </span>
  );
}

/** A link out of something that strangers wrote, if it is one to a web page; else its text. */
export function StrangersLink({ text }: { text: string }) {
  if (!/^https?:\/\/[^\s]+$/i.test(text) || hasUnseen(text)) return <PlainText text={text} />;
  return (
    <a href={text} target="_blank" rel="nofollow ugc noopener noreferrer" className="link break-all">
      {text}
    </a>
  );
}
