use crate::{Error, Sample, Transform, lazily};

/// Applies transforms in their order (`Compose`), each step in the least memory: where an image is taken back onto its grid
/// and what follows is voxelwise, slab by slab; what is lazy, together.
///
/// # Errors
/// As [`Transform::apply`].
pub fn apply_all(transforms: &[Transform], sample: &mut Sample) -> Result<(), Error> {
    groups(transforms).try_for_each(|(transform, then)| match transform {
        _ if then.is_empty() => transform.apply(sample),
        Transform::Invertd(invert) => invert.apply_and(then, sample),
        _ => lazily::apply(transform, then, sample),
    })
}

/// The transforms in their order, each with those behind it that are done together with it: the voxelwise ones behind the
/// inversion of one key, the lazy ones behind a lazy one, none behind others.
pub fn groups(transforms: &[Transform]) -> impl Iterator<Item = (&Transform, &[Transform])> {
    let mut rest = transforms;
    std::iter::from_fn(move || {
        let (transform, behind) = rest.split_first()?;
        let count = match (transform, transform.keys().as_slice()) {
            (Transform::Invertd(_), [key]) => leading_voxelwise(behind, &[key]),
            _ if transform.is_lazy() => behind.iter().take_while(|next| next.is_lazy() && !next.needs_voxels()).count(),
            _ => 0,
        };
        let (then, after) = behind.split_at(count);
        rest = after;
        Some((transform, then))
    })
}

/// How many of the first transforms are voxelwise and work on nothing but images of these keys.
pub fn leading_voxelwise(transforms: &[Transform], keys: &[&str]) -> usize {
    let own = |transform: &&Transform| {
        transform.is_voxelwise() && transform.keys().as_slice().iter().all(|key| keys.contains(&key.as_str()))
    };
    transforms.iter().take_while(own).count()
}
