import { Injectable } from '@nestjs/common';
import { BranchTextService } from '../document/branch-text.service.js';
import { GitAttributesService } from '../document/git-attributes.service.js';
import { ProtocolError } from '../protocol/error.js';
import type { FileStyle } from '../protocol/file.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { editorConfigOf, type EditorConfig } from './editor-config.js';

/**
 * How a file is to be written, as the branch's own `.editorconfig` and
 * `.gitattributes` say by now.
 *
 * EDT11 What they say of indentation counts while typing, of line ends and a
 * byte order mark when a file is made, and of trailing whitespace and the
 * final newline when its lines are committed. No line that nobody touched is changed.
 */
@Injectable()
export class FileStyleService {
  constructor(
    private readonly texts: BranchTextService,
    private readonly attributes: GitAttributesService,
    private readonly workspaces: WorkspaceService,
  ) {}

  async style(account: Account, workspaceId: string, path: string): Promise<FileStyle> {
    await this.workspaces.require(account, workspaceId, 'read');
    const { indentStyle, indentSize, tabWidth } = await this.editorConfig(workspaceId, path);
    const { language } = await this.attributes.of(workspaceId, path);
    return { indentStyle, indentSize, tabWidth, language };
  }

  async editorConfig(workspaceId: string, path: string): Promise<EditorConfig> {
    return editorConfigOf(path, await this.texts.above(workspaceId, path, '.editorconfig'));
  }

  /**
   * How a file that is made at `path` is kept. Git's own rules are stronger: they say what a commit holds.
   *
   * @throws {ProtocolError} `unprocessable` where only Git LFS could commit it
   */
  async ofNewFile(
    workspaceId: string,
    path: string,
  ): Promise<{ lineEnding: 'lf' | 'crlf'; byteOrderMark: boolean }> {
    const { endOfLine, byteOrderMark } = await this.editorConfig(workspaceId, path);
    const { isNormalized, isLfs } = await this.attributes.of(workspaceId, path);
    if (isLfs) throw leftToLfs(path);
    return { lineEnding: isNormalized ? 'lf' : (endOfLine ?? 'lf'), byteOrderMark };
  }

  /**
   * How bytes that are brought to `path` are kept.
   *
   * @throws {ProtocolError} `unprocessable` where only Git LFS could commit them
   */
  async ofBroughtFile(workspaceId: string, path: string): Promise<{ binary: boolean }> {
    const { binary, isLfs } = await this.attributes.of(workspaceId, path);
    if (isLfs) throw leftToLfs(path);
    return { binary };
  }

  /**
   * Git LFS's own files may go where it keeps them, and no others.
   *
   * @throws {ProtocolError} `unprocessable` where a file would come under Git LFS
   */
  async refuseMoveToLfs(workspaceId: string, moves: readonly { from: string; to: string }[]): Promise<void> {
    const kept = await this.attributes.lfsAmong(
      workspaceId,
      moves.map(({ to }) => to),
    );
    if (kept.size === 0) return;
    const coming = moves.filter(({ to }) => kept.has(to));
    const keptBefore = await this.attributes.lfsAmong(
      workspaceId,
      coming.map(({ from }) => from),
    );
    const refused = coming.find(({ from }) => !keptBefore.has(from));
    if (refused) throw leftToLfs(refused.to);
  }
}

const leftToLfs = (path: string) =>
  new ProtocolError(
    'unprocessable',
    `.gitattributes leave ${path} to Git LFS, which Perch does not write. Nothing was changed; bring it with git.`,
  );
