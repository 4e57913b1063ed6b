import { useState } from 'react';
import { ImageView } from './image-view.js';
import './not-text-view.css';

type Side = { source: string; name: string };

/** An image as it was and as it is, beside each other. */
export function ImageComparison({ then, now }: { then: Side; now: Side }) {
  return (
    <div className="image-comparison">
      <ImageSide key={then.source} {...then} />
      <ImageSide key={`now ${now.source}`} {...now} />
    </div>
  );
}

function ImageSide({ source, name }: Side) {
  const [unreadable, setUnreadable] = useState(false);
  return (
    <section aria-label={name}>
      <h2>{name}</h2>
      {unreadable ? (
        <p>It cannot be shown as an image.</p>
      ) : (
        <ImageView source={source} name={name} onUnreadable={() => setUnreadable(true)} />
      )}
    </section>
  );
}
