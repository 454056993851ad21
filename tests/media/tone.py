"""Measures tones in 16 bit samples of 48 kHz."""

import array
import math
import os
import random
import time
import wave

from doorcall_broker import expect

RATE = 48000
PATIENCE = 60.0  # sound is in real time: on a machine that has none to spare it comes in pieces


def samples_of(path):
    """The first channel of a WAV file, or raw samples."""
    if path.endswith(".wav"):
        with wave.open(path) as file:
            data = array.array("h", file.readframes(file.getnframes()))
            return data[::file.getnchannels()]
    with open(path, "rb") as file:
        data = file.read()
    return array.array("h", data[:len(data) // 2 * 2])


def power_at(samples, hertz):
    """Goertzel's algorithm: how much of the samples' power is one tone, 0 to 1."""
    total = sum(sample * sample for sample in samples)
    if not total:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + turn * last - before, last
    power = last * last + before * before - turn * last * before
    return 2 * power / (len(samples) * total)


def level(samples):
    """dB below full scale."""
    total = sum(sample * sample for sample in samples)
    return 10 * math.log10(total / max(len(samples), 1) / 32768 ** 2 + 1e-10)


def write_syllables(path, seconds):
    """A WAV file of noise that changes in loudness and colour several times a second."""
    numbers = random.Random(1)
    samples = array.array("h")
    while len(samples) < 10 * RATE:
        loud, dark, value = numbers.uniform(0, 8000), numbers.uniform(0, 0.9), 0.0
        for _ in range(int(RATE * numbers.uniform(0.1, 0.4))):
            value = dark * value + (1 - dark) * numbers.uniform(-loud, loud)
            samples.append(int(value))
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for _ in range(round(seconds / 10)):
            file.writeframes(samples.tobytes())


def windows(samples, seconds=0.5):
    size = int(RATE * seconds)
    return [samples[at:at + size] for at in range(0, len(samples) - size + 1, size)]


def is_tone(samples, hertz, decibels=(-18, -12), share=0.9):
    return power_at(samples, hertz) > share and decibels[0] < level(samples) < decibels[1]


def await_level(path, lowest, highest):
    """Waits until the last half second of a file of raw samples is as loud as that, in dBFS."""
    end = time.monotonic() + PATIENCE
    seen = []
    while not seen or not lowest <= seen[-1] <= highest:
        expect(time.monotonic() < end, f"{os.path.basename(path)}: it does not get to {lowest} to "
               f"{highest} dBFS; seen: {seen[-8:]}")
        time.sleep(0.25)
        parts = windows(samples_of(path)) if os.path.exists(path) else []
        seen += [round(level(part)) for part in parts[-1:]]


def await_silence(path):
    await_level(path, -100, -60)


def await_tone(path, hertz, good=3, of=3, **limits):
    """Waits until of the last `of` half seconds that were written to a file of raw samples `good`
    are this tone."""
    end = time.monotonic() + PATIENCE
    found = []
    while time.monotonic() < end:
        parts = windows(samples_of(path))[-of:] if os.path.exists(path) else []
        found = [f"{power_at(part, hertz):.2f} at {level(part):.0f} dBFS" for part in parts]
        if sum(is_tone(part, hertz, **limits) for part in parts) >= good:
            return
        time.sleep(0.25)
    expect(False, f"{os.path.basename(path)}: no {hertz} Hz; shares of the power: {found}")


def expect_tone(path, hertz, **limits):
    """A WAV file has a second and a half of this tone."""
    parts = windows(samples_of(path))
    good = [part for part in parts if is_tone(part, hertz, **limits)]
    expect(len(good) >= 3, f"{os.path.basename(path)}: {len(good)} of {len(parts)} half seconds "
           f"are {hertz} Hz")
