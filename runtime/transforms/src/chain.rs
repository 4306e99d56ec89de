use crate::{Error, Sample, Transform};

/// Applies transforms in their order (`Compose`), each step in the least memory: where an image is taken back onto its grid
/// and what follows is voxelwise, slab by slab.
///
/// # Errors
/// As [`Transform::apply`].
pub fn apply_all(transforms: &[Transform], sample: &mut Sample) -> Result<(), Error> {
    let mut rest = transforms;
    while let Some((transform, behind)) = rest.split_first() {
        let count = inverted(transform).map_or(0, |key| leading_voxelwise(behind, &[key]));
        let (then, after) = behind.split_at(count);
        match transform {
            Transform::Invertd(invert) if count > 0 => invert.apply_and(then, sample)?,
            _ => transform.apply(sample)?,
        }
        rest = if count > 0 { after } else { behind };
    }
    Ok(())
}

/// The one key of an inversion.
fn inverted(transform: &Transform) -> Option<&str> {
    match (transform, transform.keys().as_slice()) {
        (Transform::Invertd(_), [key]) => Some(key),
        _ => None,
    }
}

/// How many of the first transforms are voxelwise and work on nothing but images of these keys.
pub fn leading_voxelwise(transforms: &[Transform], keys: &[&str]) -> usize {
    let own = |transform: &&Transform| {
        transform.is_voxelwise() && transform.keys().as_slice().iter().all(|key| keys.contains(&key.as_str()))
    };
    transforms.iter().take_while(own).count()
}
