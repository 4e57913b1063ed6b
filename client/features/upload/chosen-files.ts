/** A file of a person's device, and where it lies in what was chosen: `photos/one.png`. */
export type ChosenFile = { path: string; file: File };

/** Asks for files, or a folder with all that is in it, in the browser's own dialog. Nothing where it is left. */
export function chooseFiles(kind: 'files' | 'folder'): Promise<ChosenFile[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.webkitdirectory = kind === 'folder';
    input.addEventListener('cancel', () => resolve([]));
    input.addEventListener('change', () =>
      resolve([...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }))),
    );
    input.click();
  });
}

/**
 * What was dropped, folders with all that is in them. Called in the event
 * itself: a browser takes away what was dropped as soon as it is over.
 */
export function droppedFiles(transfer: DataTransfer): Promise<ChosenFile[]> {
  const found = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  return Promise.all(
    found.map(async (each) => {
      if (each === null) return [];
      return each instanceof File ? [{ path: each.name, file: each }] : filesBelow(each);
    }),
  ).then((lists) => lists.flat());
}

async function filesBelow(entry: FileSystemEntry): Promise<ChosenFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path: entry.fullPath.replace(/^\//, ''), file }];
  }
  const found: ChosenFile[] = [];
  for (const child of await entriesOf(entry as FileSystemDirectoryEntry))
    found.push(...(await filesBelow(child)));
  return found;
}

/** A browser lists a folder in parts, until one is empty. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return entries;
    entries.push(...part);
  }
}
