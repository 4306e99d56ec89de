/// A resource that keeps what it is told.
macro_rules! keeps {
    ($resource:ident: $model:ty, $name:literal) => {
        pub(crate) struct $resource;

        impl tfplugin_rust::Resource for $resource {
            type Provider = $crate::corner::provider::Framework;
            type Model = $model;
            const NAME: &'static str = $name;

            $crate::corner::keeps::handlers!($model);
        }
    };
}

/// What such a resource does.
macro_rules! handlers {
    ($model:ty) => {
        async fn create(
            &self,
            change: tfplugin_rust::Create<$model>,
            _: &mut tfplugin_rust::Call<$crate::corner::provider::Framework>,
        ) -> Result<$model, tfplugin_rust::Diagnostics> {
            tfplugin_rust::Draft::settle(change.plan)
        }

        $crate::corner::keeps::but_create!($model);
    };
}

/// The same but for its creation.
macro_rules! but_create {
    ($model:ty) => {
        async fn read(
            &self,
            state: <$model as tfplugin_rust::Model>::Draft,
            _: &mut tfplugin_rust::Call<$crate::corner::provider::Framework>,
        ) -> Result<Option<$model>, tfplugin_rust::Diagnostics> {
            tfplugin_rust::Draft::settle(state).map(Some)
        }

        async fn update(
            &self,
            change: tfplugin_rust::Update<$model>,
            _: &mut tfplugin_rust::Call<$crate::corner::provider::Framework>,
        ) -> Result<$model, tfplugin_rust::Diagnostics> {
            tfplugin_rust::Draft::settle(change.plan)
        }

        $crate::corner::keeps::forgets!($model);
    };
}

/// Deletion of what exists nowhere.
macro_rules! forgets {
    ($model:ty) => {
        async fn delete(
            &self,
            _: <$model as tfplugin_rust::Model>::Draft,
            _: &mut tfplugin_rust::Call<$crate::corner::provider::Framework>,
        ) -> Result<(), tfplugin_rust::Diagnostics> {
            Ok(())
        }
    };
}

pub(super) use {but_create, forgets, handlers, keeps};
