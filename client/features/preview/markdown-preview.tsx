import { useDeferredValue, useEffect, useRef } from 'react';
import { ScrollRegion } from '@/components/scroll-region.js';
import { rawUrl } from '@/lib/http.js';
import { useFilesVersion } from './use-files-version.js';
import { renderMarkdown } from './render-markdown.js';
import './preview.css';

type Props = { workspaceId: string; path: string; text: string; onOpen: (path: string) => void };

/** Markdown as it will be read, as fresh as the last key. Links open files of the branch here. */
export function MarkdownPreview({ workspaceId, path, text, onOpen }: Props) {
  const page = useRef<HTMLElement>(null);
  const shown = useDeferredValue(text);
  const version = useFilesVersion();
  useEffect(() => {
    const rendered = renderMarkdown(shown, path, {
      source: (file) => rawUrl(workspaceId, file, version),
      page: (file, hash) => `?path=${encodeURIComponent(file)}${hash}`,
    });
    page.current?.replaceChildren(rendered);
  }, [shown, path, workspaceId, version]);
  useEffect(() => {
    const shownPage = page.current;
    const click = (event: MouseEvent): void => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const { path: file, heading } = link.dataset;
      if (file !== undefined) onOpen(file);
      else if (heading !== undefined)
        shownPage?.querySelector(`#${CSS.escape(`heading-${heading}`)}`)?.scrollIntoView();
      else return;
      event.preventDefault();
    };
    shownPage?.addEventListener('click', click);
    return () => shownPage?.removeEventListener('click', click);
  }, [onOpen]);
  return (
    <ScrollRegion className="preview-scroll" label={`Preview of ${path}`}>
      <article ref={page} className="markdown-preview" />
    </ScrollRegion>
  );
}
