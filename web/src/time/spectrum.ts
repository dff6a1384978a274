/** Lowest and highest value of each of `columns` stretches of equal length, one after the other. */
export function peaksOf(samples: Float32Array, columns: number): Float32Array {
    const peaks = new Float32Array(columns * 2);
    for (let column = 0; column < columns; ++column) {
        const end = Math.floor(((column + 1) * samples.length) / columns);
        let low = 0;
        let high = 0;
        for (let i = Math.floor((column * samples.length) / columns); i < end; ++i) {
            const value = samples[i]!;
            if (value < low) low = value;
            else if (value > high) high = value;
        }
        peaks[column * 2] = low;
        peaks[column * 2 + 1] = high;
    }
    return peaks;
}

/** In-place fast Fourier transform of a power of two of values (Cooley and Tukey 1965, radix 2). */
export function transform(real: Float32Array, imaginary: Float32Array): void {
    const size = real.length;
    for (let i = 1, j = 0; i < size; ++i) {
        let bit = size >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i < j) {
            [real[i], real[j]] = [real[j]!, real[i]!];
            [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
        }
    }
    for (let length = 2; length <= size; length <<= 1) {
        const angle = (-2 * Math.PI) / length;
        for (let k = 0; k < length / 2; ++k) {
            const cosine = Math.cos(angle * k);
            const sine = Math.sin(angle * k);
            for (let start = k; start < size; start += length) {
                const other = start + length / 2;
                const re = real[other]! * cosine - imaginary[other]! * sine;
                const im = real[other]! * sine + imaginary[other]! * cosine;
                real[other] = real[start]! - re;
                imaginary[other] = imaginary[start]! - im;
                real[start] = real[start]! + re;
                imaginary[start] = imaginary[start]! + im;
            }
        }
    }
}

const kRange_dB = 80;

/** Loudness from 0 to 255 over the loudest 80 dB: `columns` stretches, each with `size` / 2 frequencies, low ones last (Hann window). */
export function spectrogramOf(samples: Float32Array, columns: number, size: number): Uint8Array {
    const rows = size / 2;
    const levels = new Float32Array(columns * rows);
    const window = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1)));
    const real = new Float32Array(size);
    const imaginary = new Float32Array(size);
    let loudest = -Infinity;
    for (let column = 0; column < columns; ++column) {
        const start = Math.round(((column + 0.5) * samples.length) / columns - size / 2);
        for (let i = 0; i < size; ++i) real[i] = (samples[start + i] ?? 0) * window[i]!;
        imaginary.fill(0);
        transform(real, imaginary);
        for (let row = 0; row < rows; ++row) {
            const level = 10 * Math.log10(real[row]! ** 2 + imaginary[row]! ** 2 + 1e-12);
            levels[(rows - 1 - row) * columns + column] = level;
            if (level > loudest) loudest = level;
        }
    }
    return Uint8Array.from(levels, (level) => Math.min(Math.max(255 * (1 + (level - loudest) / kRange_dB), 0), 255));
}
