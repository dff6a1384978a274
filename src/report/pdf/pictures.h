#pragma once

#include "report/exhibits.h"
#include "report/pdf/sheet.h"

namespace bonafide::report::pdf {

/// A picture ready to be painted; null where it cannot be read or is larger than any that the worker sends. A JPEG goes
/// into the document as it is, undecoded; `picture.bytes` must outlive the document. PNG files are the worker's own
/// maps and spectrograms, and are decoded.
Surface surface_of(const Picture& picture);

/// `picture` with its longer side at most `longest_px`: more than a printer shows would only make the document large. A
/// JPEG stays as it is, as does a null picture.
Surface shrunk(Surface picture, int longest_px);

/// The grey map `map` as heat: nothing at its middle and below, yellow to red above, as the page shows it. Null where
/// nothing lies above, or it is no picture.
Surface heat_of(cairo_surface_t* map);

/// Paints `surface` with its left upper corner at (x, y), `width` x `height` points large, and a thin frame.
void paint(cairo_t* painter, cairo_surface_t* surface, double x, double y, double width, double height);

int width_of(cairo_surface_t* surface);
int height_of(cairo_surface_t* surface);

}  // namespace bonafide::report::pdf
