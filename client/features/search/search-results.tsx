import type { SearchFound, SearchQuery } from '@protocol/search.js';
import { piecesOf } from './replacement.js';

type Props = {
  found: SearchFound;
  query: SearchQuery;
  /** Shown beside what it replaces; null while only searching. */
  replacement: string | null;
  onOpen: (path: string, line: number) => void;
};

/** The lines found, file by file, with what is sought marked in them. */
export function SearchResults({ found, query, replacement, onOpen }: Props) {
  return (
    <ol className="search-files">
      {found.files.map(({ path, uncommitted, lines }) => (
        <li key={path}>
          <h2 className="search-file" title={path}>
            <span className="search-path">{path}</span>
            {uncommitted && <span className="muted">not committed</span>}
          </h2>
          <ol className="search-lines">
            {lines.map(({ line, text }) => (
              <li key={line}>
                <button type="button" className="search-found" onClick={() => onOpen(path, line)}>
                  <span className="search-number">{line}</span>
                  <code>
                    {piecesOf(text.trimStart(), query, replacement).map((piece, index) =>
                      piece.isSought ? (
                        <span key={index}>
                          {piece.replacement === undefined ? (
                            <mark>{piece.text}</mark>
                          ) : (
                            <>
                              <del>{piece.text}</del>
                              <ins>{piece.replacement}</ins>
                            </>
                          )}
                        </span>
                      ) : (
                        piece.text
                      ),
                    )}
                  </code>
                </button>
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ol>
  );
}
