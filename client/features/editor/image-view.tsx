import { SegmentedControl } from '@primer/react';
import { useState } from 'react';
import { ScrollRegion } from '@/components/scroll-region.js';

type Props = { source: string; name: string; onUnreadable: () => void };

/** An image on a chequered ground, fitted or in its own pixels. */
export function ImageView({ source, name, onUnreadable }: Props) {
  const [fits, setFits] = useState(true);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  return (
    <figure className="image-view">
      <ScrollRegion className="image-view-ground" label={`Image ${name}`}>
        <img
          src={source}
          alt={name}
          data-fits={fits}
          onError={onUnreadable}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setSize({ width: naturalWidth, height: naturalHeight })
          }
        />
      </ScrollRegion>
      <figcaption className="image-view-facts">
        <SegmentedControl
          aria-label={`Size of ${name}`}
          size="small"
          onChange={(index) => setFits(index === 0)}
        >
          <SegmentedControl.Button selected={fits}>Fit</SegmentedControl.Button>
          <SegmentedControl.Button selected={!fits}>Actual size</SegmentedControl.Button>
        </SegmentedControl>
        {size && (
          <span>
            {size.width} × {size.height} pixels
          </span>
        )}
      </figcaption>
    </figure>
  );
}
