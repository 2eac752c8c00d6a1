//! 核验: anybody who has the code of a sealed paper, or the paper itself, learns what it is. Nothing is kept of who asked.

use access::op;
use city::{Door as _, Error, Later, Vault, reach};
use seal::Digest;
use store::StoreError;
use store::seals::{self as rows, SealedRow};

use crate::{SealState, Seals, register};

/// What a code leads to.
#[derive(Clone, Debug)]
pub struct Found {
    /// the paper
    pub row: SealedRow,
    /// 印章名称
    pub seal: String,
    /// 印章编码
    pub seal_number: String,
    /// where that seal stands now
    pub seal_state: SealState,
    /// the sealed OFD; none of a paper that was withdrawn
    pub ofd: Option<Vec<u8>>,
    /// the PDF; none of a paper that was withdrawn
    pub pdf: Option<Vec<u8>>,
}

impl Seals {
    /// The paper with this code, however it was written; none when nobody gave such a code.
    pub fn by_code(&self, code: &str) -> Later<Option<Found>> {
        let code = Vault::code_written(code);
        self.read(move |_, rd| {
            reach::public(op::PublicPapers)?;
            let Some(row) = rows::by_code(rd, &code)? else { return Ok(None) };
            let seal = rows::seal(rd, row.seal)?.ok_or_else(|| Error::bug("a paper without its seal"))?;
            let (mut ofd, mut pdf) = (None, None);
            if row.state == "kept" {
                let files = rows::files(rd, row.id)?.ok_or(Error::NotFound)?;
                for (bytes, digest) in [(&files.0, &row.ofd_digest), (&files.1, &row.pdf_digest)] {
                    if ledger::hex(&Digest::Sm3.of(bytes)) != *digest {
                        return Err(Error::Store(StoreError::Damaged(format!("sealed_paper {}", row.id))));
                    }
                }
                (ofd, pdf) = (Some(files.0), Some(files.1));
            }
            let seal_state = register::state_of(&seal)?;
            Ok(Some(Found { row, seal: seal.name, seal_number: seal.number, seal_state, ofd, pdf }))
        })
    }

    /// The sealed paper that this file is, to the byte: its OFD or its PDF.
    pub fn by_file(&self, bytes: Vec<u8>) -> Later<Option<SealedRow>> {
        self.read(move |_, rd| {
            reach::public(op::PublicPapers)?;
            let digest = ledger::hex(&Digest::Sm3.of(&bytes));
            Ok(rows::by_digest(rd, &digest)?)
        })
    }
}
