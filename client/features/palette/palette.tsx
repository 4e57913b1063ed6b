import * as fuzzysort from 'fuzzysort';
import { useEffect, useMemo, useState } from 'react';
import { QuickPick, type Pick } from '@/components/quick-pick.js';
import { writtenKeys } from '@/lib/hotkeys.js';
import type { Command } from './command.js';
import { pathFinder, type FoundPath, type PathSource } from './path-finder.js';

/** More would not be looked through; a longer query finds them. */
const SHOWN = 50;

type Props = {
  /** What the field begins with: `>` looks for commands, `:` for a line, nothing for files. */
  start: string;
  files: PathSource;
  /** Files that come first while nothing is typed. */
  recent: readonly string[];
  commands: () => readonly Command[];
  onOpen: (path: string) => void;
  onLine: (line: number) => void;
  onSymbols: () => void;
  onClose: () => void;
};

/** Files and commands by a few letters of their names, as in VS Code. */
export function Palette({ start, files, recent, commands, onOpen, onLine, onSymbols, onClose }: Props) {
  const [text, setText] = useState(start);
  const mode = text[0] === '>' ? 'commands' : text[0] === ':' ? 'line' : 'files';
  const sought = mode === 'files' ? text.trim() : text.slice(1).trim();
  const known = useMemo(() => (mode === 'commands' ? commands() : []), [mode, commands]);
  const { found, pending } = useFoundPaths(mode === 'files' ? sought : null, files, recent);
  const picks = useMemo((): Pick[] => {
    if (mode === 'commands') return commandPicks(known, sought);
    if (mode === 'line') return linePicks(sought, onLine);
    return found.map((each) => filePick(each, onOpen));
  }, [mode, sought, known, found, onOpen, onLine]);
  return (
    <QuickPick
      label={mode === 'commands' ? 'Commands' : mode === 'line' ? 'Go to line' : 'Go to file'}
      placeholder="A file’s name; > for commands, @ for symbols, : for a line"
      text={text}
      onText={(next) => {
        if (next !== '@') return setText(next);
        onClose();
        onSymbols();
      }}
      picks={picks}
      pending={pending}
      nothing={mode === 'line' ? 'Type a line’s number.' : 'Nothing here has such a name.'}
      onClose={onClose}
    />
  );
}

/** What is found, and whether what is sought now is still being looked for. */
function useFoundPaths(sought: string | null, files: PathSource, recent: readonly string[]) {
  const [answer, setAnswer] = useState<{ sought: string | null; found: readonly FoundPath[] }>({
    sought: null,
    found: [],
  });
  const recentKey = JSON.stringify(recent);
  useEffect(() => {
    if (sought === null) return;
    let isCurrent = true;
    const query = { sought, recent: JSON.parse(recentKey) as string[], limit: SHOWN };
    pathFinder.find(files, query, (found) => isCurrent && setAnswer({ sought, found }));
    return () => {
      isCurrent = false;
    };
  }, [sought, files, recentKey]);
  return { found: answer.found, pending: sought !== null && answer.sought !== sought };
}

function filePick({ path, indexes }: FoundPath, onOpen: (path: string) => void): Pick {
  const [label, detail] = marked({ target: path, indexes });
  return { id: path, label, detail, onPick: () => onOpen(path) };
}

function commandPicks(commands: readonly Command[], sought: string): Pick[] {
  const toPick = ({ id, label, keys, run }: Command, shown: Pick['label'] = label): Pick => ({
    id,
    label: shown,
    trailing: keys?.[0] && writtenKeys(keys[0]),
    onPick: run,
  });
  if (sought === '') return commands.map((command) => toPick(command));
  return fuzzysort.go(sought, commands, { key: 'label', limit: SHOWN, threshold: 0.2 }).map((found) =>
    toPick(
      found.obj,
      found.highlight((match, index) => <b key={index}>{match}</b>),
    ),
  );
}

function linePicks(sought: string, onLine: (line: number) => void): Pick[] {
  const line = Number(sought);
  if (!Number.isInteger(line) || line < 1) return [];
  return [{ id: 'line', label: `Go to line ${line}`, onPick: () => onLine(line) }];
}

/** The name and the folder of what was found, with the letters that were sought in bold. */
function marked({ target, indexes }: { target: string; indexes: readonly number[] }) {
  const sought = new Set(indexes);
  const part = (from: number, to: number) => {
    const runs: Pick['label'][] = [];
    for (let start = from, at = from + 1; start < to; at++) {
      if (at < to && sought.has(at) === sought.has(start)) continue;
      const run = target.slice(start, at);
      runs.push(sought.has(start) ? <b key={start}>{run}</b> : run);
      start = at;
    }
    return runs;
  };
  const slash = target.lastIndexOf('/');
  return [part(slash + 1, target.length), part(0, Math.max(0, slash))] as const;
}
