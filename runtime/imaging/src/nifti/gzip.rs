use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use flate2::{Compress, Compression, Crc, FlushCompress};
use rayon::prelude::*;

use crate::Error;

/// Deflate cannot inflate by more than this.
const BEST_RATIO: u64 = 1032;

/// The bytes of a file, inflated where they are gzip, which their first two bytes tell.
pub(super) enum Body<'a> {
    Plain { rest: &'a [u8], read: u64 },
    Gzip { decoder: Box<MultiGzDecoder<&'a [u8]>>, read: u64 },
}

impl<'a> Body<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Body<'a> {
        if bytes.starts_with(&[0x1f, 0x8b]) {
            Body::Gzip { decoder: Box::new(MultiGzDecoder::new(bytes)), read: 0 }
        } else {
            Body::Plain { rest: bytes, read: 0 }
        }
    }

    /// The most bytes that can follow from `bytes`, known without inflating them.
    pub(super) fn at_most(bytes: &[u8]) -> u64 {
        let length = bytes.len() as u64;
        if bytes.starts_with(&[0x1f, 0x8b]) { length.saturating_mul(BEST_RATIO) } else { length }
    }

    /// Reads until `buffer` is full or the body ends, and says how many bytes came.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        match self {
            Body::Plain { rest, read } => {
                let count = rest.len().min(buffer.len());
                let (now, later) = rest.split_at(count);
                buffer[..count].copy_from_slice(now);
                *rest = later;
                *read += count as u64;
                Ok(count)
            }
            Body::Gzip { decoder, read } => {
                let mut count = 0;
                while count < buffer.len() {
                    match decoder.read(&mut buffer[count..]) {
                        Ok(0) => break,
                        Ok(some) => {
                            count += some;
                            *read += some as u64;
                        }
                        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
                        Err(_) => return Err(Error::DamagedGzip { found: *read }),
                    }
                }
                Ok(count)
            }
        }
    }

    /// Reads one more byte, so that a gzip stream that ends here has its checksum compared.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        match self {
            Body::Plain { .. } => Ok(()),
            Body::Gzip { decoder, read } => match decoder.read(&mut [0]) {
                Ok(_) => Ok(()),
                Err(_) => Err(Error::DamagedGzip { found: *read }),
            },
        }
    }

    /// Bytes read so far.
    pub(super) fn read(&self) -> u64 {
        match self {
            Body::Plain { read, .. } | Body::Gzip { read, .. } => *read,
        }
    }
}

/// One gzip member of `count` parts, which `write` puts into an empty buffer. They are made and deflated side by side and
/// joined at byte boundaries, so that the result does not depend on the number of threads.
pub(super) fn compress(count: usize, write: impl Fn(usize, &mut Vec<u8>) + Sync) -> Vec<u8> {
    let deflated = |buffer: &mut Vec<u8>, part: usize| {
        buffer.clear();
        write(part, buffer);
        let mut crc = Crc::new();
        crc.update(buffer);
        (deflate(buffer, part + 1 == count), crc)
    };
    let parts: Vec<(Vec<u8>, Crc)> = (0..count).into_par_iter().map_init(Vec::new, deflated).collect();
    let mut total = Crc::new();
    parts.iter().for_each(|(_, crc)| total.combine(crc));
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let sums = [total.sum().to_le_bytes(), total.amount().to_le_bytes()].concat();
    let pieces = std::iter::once(&head[..]).chain(parts.iter().map(|(part, _)| &part[..])).chain([&sums[..]]);
    let pieces: Vec<&[u8]> = pieces.collect();
    let mut out = vec![0; pieces.iter().map(|piece| piece.len()).sum()];
    let mut rest = &mut out[..];
    let mut places = Vec::with_capacity(pieces.len());
    for piece in &pieces {
        let place;
        (place, rest) = rest.split_at_mut(piece.len());
        places.push(place);
    }
    places.into_par_iter().zip(pieces).for_each(|(place, piece)| place.copy_from_slice(piece));
    out
}

fn deflate(block: &[u8], last: bool) -> Vec<u8> {
    let mut compress = Compress::new(Compression::fast(), false);
    let mut out = Vec::with_capacity(block.len() / 8 + 1024);
    let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
    loop {
        let taken = compress.total_in() as usize;
        let status = compress.compress_vec(&block[taken..], &mut out, flush);
        let finished = match status {
            Ok(flate2::Status::StreamEnd) => true,
            // A sync flush is complete once all input is taken and room is left over.
            Ok(_) => !last && compress.total_in() as usize == block.len() && out.len() < out.capacity(),
            Err(error) => unreachable!("deflating from memory to memory: {error}"),
        };
        if finished {
            return out;
        }
        out.reserve(out.capacity().max(1024));
    }
}
