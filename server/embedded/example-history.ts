/**
 * How the example repository came about, as data. `example-repository/main` holds what the branch `main` ends
 * with; a folder of `example-repository/history` holds what differed from that at the time of one commit.
 */
export interface ExampleCommit {
  message: string;
  /** Name and address as git writes them. */
  author: string;
  /** With an offset, as git writes it. */
  date: string;
  /** Paths whose content is, from here on, what `main` ends with. A folder stands for all below it. */
  final?: readonly string[];
  /** A folder of `history`, all of whose files this commit writes. */
  earlier?: string;
}

export interface ExampleBranch {
  name: string;
  /** The message of the commit of `main` that it starts from. */
  from?: string;
  commits: readonly ExampleCommit[];
}

const INES = 'Ines Okafor <ines@perch-hop.example>';
const TOMAS = 'Tomás Lind <tomas@perch-hop.example>';

export const exampleHistory: readonly ExampleBranch[] = [
  {
    name: 'main',
    commits: [
      {
        message: 'Start with a page, a canvas and a loop',
        author: INES,
        date: '2026-03-02T10:12:00+01:00',
        earlier: '1-page',
        final: ['scripts', 'src/loop.js'],
      },
      {
        message: 'Let a bird fly, hop and land\n\nA key pressed a little too early still counts.',
        author: TOMAS,
        date: '2026-03-03T16:40:00+01:00',
        earlier: '2-bird',
        final: ['assets/bird.png', 'src/bird.js', 'src/keyboard.js', 'tests/bird.test.js'],
      },
      {
        message: 'Load the forest from a Tiled map',
        author: TOMAS,
        date: '2026-03-05T11:05:00+01:00',
        earlier: '3-forest',
        final: ['assets/forest.tmj', 'assets/tiles.png', 'src/camera.js', 'src/level.js'],
      },
      {
        message: 'Seeds to find, and a nest to come home to',
        author: INES,
        date: '2026-03-06T14:31:00+01:00',
        earlier: '4-seeds',
        final: ['assets/seed.png'],
      },
      {
        message: 'Give it sound\n\nVersion 0.2.0.',
        author: INES,
        date: '2026-03-09T09:20:00+01:00',
        earlier: '5-sound',
        final: [
          'assets/fall.wav',
          'assets/home.wav',
          'assets/hop.wav',
          'assets/seed.wav',
          'docs/credits.txt',
          'src/sound.js',
        ],
      },
      {
        message: 'Hills and clouds that keep their distance',
        author: TOMAS,
        date: '2026-03-10T17:55:00+01:00',
        earlier: '6-background',
        final: ['src/background.js'],
      },
      {
        message: 'Squirrels patrol the longer branches',
        author: TOMAS,
        date: '2026-03-12T13:02:00+01:00',
        earlier: '7-squirrels',
        final: [
          'assets/squirrel.png',
          'src/game.js',
          'src/sprites.js',
          'src/squirrel.js',
          'tests/game.test.js',
          'tests/level.test.js',
        ],
      },
      {
        message: 'Feathers fly when a bird hops or falls',
        author: INES,
        date: '2026-03-14T20:48:00+01:00',
        final: ['src/feathers.js', 'src/main.js', 'src/scene.js'],
      },
      {
        message: 'Play it with your thumbs, and read how levels are made\n\nVersion 0.3.0.',
        author: INES,
        date: '2026-03-16T10:30:00+01:00',
        final: ['CHANGELOG.md', 'README.md', 'docs', 'index.html', 'package.json', 'styles.css'],
      },
    ],
  },
  {
    name: 'feat/double-jump',
    from: 'Hills and clouds that keep their distance',
    commits: [
      {
        message: 'Hop once more in the air',
        author: TOMAS,
        date: '2026-03-17T15:10:00+01:00',
        earlier: '8-double-jump',
      },
    ],
  },
  {
    name: 'fix/sound-volume',
    from: 'Feathers fly when a bird hops or falls',
    commits: [
      {
        message: 'Give each sound a volume of its own',
        author: INES,
        date: '2026-03-15T19:25:00+01:00',
        earlier: '9-sound-volume',
      },
    ],
  },
];
