import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import { headingId, repositoryLink } from './repository-link.js';

const markdown = new MarkdownIt({ html: true, linkify: true });

type Addresses = {
  /** The bytes of a file of the branch. */
  source: (path: string) => string;
  /** The page on which a file of the branch is open. */
  page: (path: string, hash: string) => string;
};

/**
 * Markdown with the HTML it may contain, made harmless: no script, style, form
 * or frame, and nothing is fetched from elsewhere. Images and links lead into
 * the branch.
 */
export function renderMarkdown(text: string, fromFile: string, addresses: Addresses): DocumentFragment {
  const fragment = DOMPurify.sanitize(markdown.render(text), {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'textarea', 'select', 'option', 'dialog'],
    FORBID_ATTR: ['style', 'srcset', 'id', 'name', 'class'],
  });
  for (const image of fragment.querySelectorAll('img')) showImage(image, fromFile, addresses);
  // A sound, a film or a picture's other sources would be fetched past the branch.
  for (const media of fragment.querySelectorAll('source, audio, video, track')) media.remove();
  for (const link of fragment.querySelectorAll('a')) leadLink(link, fromFile, addresses);
  for (const heading of fragment.querySelectorAll('h1, h2, h3, h4, h5, h6'))
    heading.id = `heading-${headingId(heading.textContent ?? '')}`;
  for (const item of fragment.querySelectorAll('li')) showTask(item);
  // What is wider than the page is scrolled, by keyboard too.
  for (const wide of fragment.querySelectorAll('pre, table')) wide.setAttribute('tabindex', '0');
  return fragment;
}

function showImage(image: HTMLImageElement, fromFile: string, addresses: Addresses): void {
  const target = repositoryLink(fromFile, image.getAttribute('src') ?? '');
  image.removeAttribute('src');
  if (target.kind === 'file') {
    image.src = addresses.source(target.path);
    if (!image.hasAttribute('alt')) image.alt = target.path.split('/').at(-1)!;
    return;
  }
  const words = image.alt || 'image';
  if (target.kind !== 'outside') return image.replaceWith(words);
  // Fetching it would tell somebody else who reads this, and when.
  if (image.closest('a')) return image.replaceWith(words);
  const link = document.createElement('a');
  link.href = target.url;
  link.textContent = words;
  image.replaceWith(link);
}

function leadLink(link: HTMLAnchorElement, fromFile: string, addresses: Addresses): void {
  const href = link.getAttribute('href');
  if (href === null) return;
  const target = repositoryLink(fromFile, href);
  link.removeAttribute('target');
  switch (target.kind) {
    case 'file':
      link.href = addresses.page(target.path, target.hash);
      link.dataset.path = target.path;
      break;
    case 'heading':
      link.setAttribute('href', `#heading-${target.id}`);
      link.dataset.heading = target.id;
      break;
    case 'outside':
      link.href = target.url;
      link.target = '_blank';
      link.rel = 'noreferrer';
      break;
    case 'nowhere':
      link.removeAttribute('href');
  }
}

function showTask(item: HTMLLIElement): void {
  const first = item.firstElementChild?.matches('p') ? item.firstElementChild : item;
  const start = first.firstChild;
  const found = start instanceof Text ? /^\s*\[([ xX])\]\s/.exec(start.data) : null;
  if (!found || !(start instanceof Text)) return;
  start.data = `${found[1] === ' ' ? '☐' : '☑'} ${start.data.slice(found[0].length)}`;
}
