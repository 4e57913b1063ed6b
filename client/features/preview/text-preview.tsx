import { useMemo } from 'react';
import { ScrollRegion } from '@/components/scroll-region.js';
import { MarkdownPreview } from './markdown-preview.js';

type Props = { workspaceId: string; path: string; text: string; onOpen: (path: string) => void };

/** A text file as what it is a source of. */
export function TextPreview(props: Props) {
  return /\.svg$/i.test(props.path) ? <SvgPreview {...props} /> : <MarkdownPreview {...props} />;
}

/** As an image: no script in it runs, and it fetches nothing. */
function SvgPreview({ path, text }: Props) {
  const source = useMemo(() => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`, [text]);
  return (
    <ScrollRegion className="preview-scroll svg-preview" label={`Preview of ${path}`}>
      <img src={source} alt={path.split('/').at(-1)} />
    </ScrollRegion>
  );
}
