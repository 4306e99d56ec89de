//! The resource `lab_shelf`: blocks that the provider gives where the configuration has none.

use std::collections::BTreeMap;

use tfplugin_rust::{Call, Create, Diagnostics, Draft, Model, Resource, Set, Update};

use super::thing::Lab;

/// A shelf.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Shelf {
    /// What it is for.
    #[attr(required)]
    purpose: String,
    /// Its boards, from below.
    #[attr(block, computed)]
    board: Vec<Board>,
    /// Its hooks.
    #[attr(block, computed)]
    hook: Set<Board>,
    /// Its drawers.
    #[attr(block, computed)]
    drawer: BTreeMap<String, Board>,
    /// Its door.
    #[attr(block, computed)]
    door: Option<Board>,
}

/// A part of a shelf.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Board {
    /// Its width.
    #[attr(optional, computed)]
    width: u64,
    /// What it is made of.
    #[attr(computed)]
    wood: String,
}

pub(crate) struct Shelves;

fn board(draft: Option<BoardDraft>, wood: &str) -> Board {
    let draft = draft.unwrap_or(BoardDraft { width: None, wood: None });
    Board { width: draft.width.unwrap_or(80), wood: wood.to_owned() }
}

fn made(shelf: ShelfDraft) -> Shelf {
    let wood = shelf.purpose.as_str();
    let given = |width: u64| BoardDraft { width: Some(width), wood: None };
    let all = |boards: Vec<BoardDraft>| boards.into_iter().map(|draft| board(Some(draft), wood)).collect();
    let drawers = shelf.drawer.unwrap_or_else(|| BTreeMap::from([("top".to_owned(), given(20))]));
    Shelf {
        board: all(shelf.board.unwrap_or_else(|| vec![given(60), given(70)])),
        hook: Set(all(shelf.hook.map_or_else(|| vec![given(1)], |hooks| hooks.0))),
        drawer: drawers.into_iter().map(|(name, draft)| (name, board(Some(draft), wood))).collect(),
        door: Some(board(shelf.door, wood)),
        purpose: shelf.purpose,
    }
}

impl Resource for Shelves {
    type Provider = Lab;
    type Model = Shelf;
    const NAME: &'static str = "lab_shelf";

    async fn create(&self, change: Create<Shelf>, _call: &mut Call<Lab>) -> Result<Shelf, Diagnostics> {
        Ok(made(change.plan))
    }

    async fn read(&self, state: ShelfDraft, _call: &mut Call<Lab>) -> Result<Option<Shelf>, Diagnostics> {
        state.settle().map(Some)
    }

    async fn update(&self, change: Update<Shelf>, _call: &mut Call<Lab>) -> Result<Shelf, Diagnostics> {
        Ok(made(change.plan))
    }

    async fn delete(&self, _state: ShelfDraft, _call: &mut Call<Lab>) -> Result<(), Diagnostics> {
        Ok(())
    }
}
