//! 模型文件: a learned model as bytes and back. The format is ours, versioned, little-endian; a damaged file is
//! refused, never trusted. Must not know files: bytes in, bytes out.

use serde::{Deserialize, Serialize};

use crate::classify::{BadModel, Kind, Learned, MAX_LABELS, Model};
use crate::feature::{BITS, Known, Lexicon, StopList};
use crate::linear::{Calibration, LANES};
use crate::taxonomy::Duties;

const MAGIC: &[u8; 8] = b"BCHANYU5";
/// The longest heading that is read.
const MAX_HEAD: usize = 16 << 20;

#[derive(Serialize, Deserialize)]
struct Head {
    labels: Vec<String>,
    stop: Vec<String>,
    matrix: Vec<Vec<f32>>,
    bias: Vec<f32>,
    scale: Vec<[f32; LANES]>,
    lane_bias: Vec<[f32; LANES]>,
    duties: Option<Duties>,
    bits: u32,
    lexicon: Vec<u64>,
}

impl Model {
    /// The model as bytes; the same model gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (head, learned) = match &self.kind {
            Kind::Duties(d) => (self.head(Some((**d).clone()), None), None),
            Kind::Learned(m) => (self.head(None, Some(m)), Some(m)),
        };
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let mut out = Vec::with_capacity(head.len() + 16 + learned.map_or(0, |m| m.rarity.len() * 20));
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&(head.len() as u64).to_le_bytes());
        out.extend_from_slice(&head);
        if let Some(m) = learned {
            m.known.set().for_each(|b| out.extend_from_slice(&b.to_le_bytes()));
            m.known.numbers().for_each(|i| out.extend_from_slice(&m.rarity[i].to_le_bytes()));
            for group in &m.weights {
                let rows = m.known.numbers().flat_map(|i| group[i]);
                rows.for_each(|w| out.extend_from_slice(&w.to_le_bytes()));
            }
        }
        out
    }

    fn head(&self, duties: Option<Duties>, m: Option<&Learned>) -> Head {
        let mut stop: Vec<String> = m.map(|m| m.stop.iter().cloned().collect()).unwrap_or_default();
        stop.sort();
        Head {
            labels: self.labels.clone(),
            stop,
            matrix: m.map(|m| m.calibration.matrix.clone()).unwrap_or_default(),
            bias: m.map(|m| m.calibration.bias.clone()).unwrap_or_default(),
            scale: m.map(|m| m.scale.clone()).unwrap_or_default(),
            lane_bias: m.map(|m| m.bias.clone()).unwrap_or_default(),
            duties,
            bits: m.map_or(BITS, |m| m.known.bits()),
            lexicon: m.map(|m| m.lexicon.bits().to_vec()).unwrap_or_default(),
        }
    }

    /// Reads what `to_bytes` wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadModel> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(BadModel::Damaged)?;
        let (len, rest) = rest.split_first_chunk::<8>().ok_or(BadModel::Damaged)?;
        let len = usize::try_from(u64::from_le_bytes(*len)).map_err(|_| BadModel::Damaged)?;
        if len > MAX_HEAD || len > rest.len() {
            return Err(BadModel::Damaged);
        }
        let head: Head = serde_json::from_slice(&rest[..len]).map_err(|_| BadModel::Damaged)?;
        let k = head.labels.len();
        if !(10..=BITS).contains(&head.bits) || !(2..=MAX_LABELS).contains(&k) {
            return Err(BadModel::Damaged);
        }
        if let Some(d) = head.duties {
            return d
                .fits(k)
                .then(|| Self { labels: head.labels, kind: Kind::Duties(Box::new(d)) })
                .ok_or(BadModel::Damaged);
        }
        let groups = k.div_ceil(LANES);
        let (known, data) =
            rest[len..].split_at_checked(Known::size(head.bits) * 8).ok_or(BadModel::Damaged)?;
        let known: Vec<u64> = known.as_chunks::<8>().0.iter().map(|c| u64::from_le_bytes(*c)).collect();
        let mut known = Known::from_set(head.bits, &known).ok_or(BadModel::Damaged)?;
        let space = known.space();
        let shape = head.matrix.len() == k
            && head.matrix.iter().all(|r| r.len() == k)
            && head.bias.len() == k
            && head.scale.len() == groups
            && head.lane_bias.len() == groups
            && data.len() == space * 4 + groups * space * LANES * 2;
        if !shape {
            return Err(BadModel::Damaged);
        }
        let (rarity, weights) = data.split_at(space * 4);
        let rarity: Vec<f32> =
            rarity.chunks_exact(4).map(|c| f32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect();
        if !rarity.iter().all(|r| r.is_finite() && *r >= 0.0) {
            return Err(BadModel::Damaged);
        }
        // A feature is the commoner the less rare it is: bits of positive numbers are ordered as the numbers.
        known.number_by(|i| rarity[i].to_bits());
        let rarity = numbered(&known, &rarity);
        let lane = |c: &[u8]| -> [i16; LANES] {
            std::array::from_fn(|l| i16::from_le_bytes([c[2 * l], c[2 * l + 1]]))
        };
        let weights = weights
            .chunks_exact(space * LANES * 2)
            .map(|g| numbered(&known, &g.chunks_exact(LANES * 2).map(lane).collect::<Vec<_>>()))
            .collect();
        let learned = Learned {
            known,
            lexicon: Lexicon::from_bits(head.lexicon).ok_or(BadModel::Damaged)?,
            list: StopList::new(head.stop.iter().map(String::as_str)),
            stop: head.stop.into_iter().collect(),
            rarity,
            weights,
            scale: head.scale,
            bias: head.lane_bias,
            calibration: Calibration { matrix: head.matrix, bias: head.bias },
        };
        Ok(Self { labels: head.labels, kind: Kind::Learned(Box::new(learned)) })
    }
}

/// What belongs to features in the order of their places, in the order of their numbers.
fn numbered<T: Copy + Default>(known: &Known, placed: &[T]) -> Vec<T> {
    let mut out = vec![T::default(); placed.len()];
    known.numbers().zip(placed).for_each(|(number, x)| out[number] = *x);
    out
}
