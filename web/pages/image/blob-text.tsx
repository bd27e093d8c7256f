/** A blob of a manifest that is a text, such as a Compose file, read in the page. */
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Notice } from "../../ui/notice.tsx";
import { Answer } from "../../ui/states.tsx";
import { TextView } from "../../ui/text-view.tsx";
import { visibleText } from "../../ui/visible-text.ts";

type BlobTextProps = { repository: string; reference: string; digest: string; name: string };

export function BlobText({ repository, reference, digest, name }: BlobTextProps) {
  const answer = useRead(client.files.text, { params: { repository, reference, digest } });
  return (
    <Answer answer={answer} what="The file">
      {({ text, isTruncated }) =>
        text === null ? (
          <Notice>This is no text: download it to look at it.</Notice>
        ) : (
          <>
            {isTruncated && <Notice tone="warn">This is its first 256 KiB. Download it to have all of it.</Notice>}
            <TextView text={text} label={visibleText(name)} />
          </>
        )
      }
    </Answer>
  );
}
